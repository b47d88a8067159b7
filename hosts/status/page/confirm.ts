import { byId, setText } from "./dom.js";

let lastAnswer: Promise<boolean> = Promise.resolve(false);

/** Asks one question at a time, by mouse or keyboard; Escape means no. */
export function confirm(text: string, yes: string): Promise<boolean> {
  lastAnswer = lastAnswer.then(() => ask(text, yes));
  return lastAnswer;
}

function ask(text: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("question");
  setText("question-text", text);
  setText("question-yes", yes);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
