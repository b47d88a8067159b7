import { byId, say } from "./dom.js";

/** Asks a person, who can answer by keyboard too; Escape is a no. */
export function agreed(text: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("question");
  say("question-text", text);
  say("question-yes", yes);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
