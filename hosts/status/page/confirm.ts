import { byId, setText } from "./dom.js";

/** "" for no, "yes", and "all" where that was offered. */
export type Confirmation = string;

let lastAnswer: Promise<Confirmation> = Promise.resolve("");

/**
 * Asks one question at a time, by mouse or keyboard; Escape means no.
 *
 * @param all text of a button that answers the questions to come, too; empty for none.
 */
export function confirm(text: string, yes: string, all = ""): Promise<Confirmation> {
  lastAnswer = lastAnswer.then(() => ask(text, yes, all));
  return lastAnswer;
}

function ask(text: string, yes: string, all: string): Promise<Confirmation> {
  const dialog = byId<HTMLDialogElement>("question");
  setText("question-text", text);
  setText("question-yes", yes);
  setText("question-all", all);
  byId("question-all").hidden = all === "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
