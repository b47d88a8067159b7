/** Numbers in words, for people. */
export { errorText, outcomeText } from "../common/outcomes.js";

/** `1 transfer`, `2 transfers`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** The longest piece of a peer's text that is shown. */
const MAX_SHOWN_CHARACTERS = 200;
/** Control characters, invisible and direction-changing ones, and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Makes a text that a peer chose safe for a terminal or a log: escapes what is not printable, limits the length. */
export function printable(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, MAX_SHOWN_CHARACTERS).join("");
  const escaped = shown.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return characters.length > MAX_SHOWN_CHARACTERS ? `${escaped}...` : escaped;
}
