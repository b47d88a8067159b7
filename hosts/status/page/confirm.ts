import { byId, say } from "./dom.js";

let answered: Promise<boolean> = Promise.resolve(false);

/** Asks a person, who can answer by keyboard too; Escape is a no. There is one question at a time. */
export function agreed(text: string, yes: string): Promise<boolean> {
  answered = answered.then(() => ask(text, yes));
  return answered;
}

function ask(text: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("question");
  say("question-text", text);
  say("question-yes", yes);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
