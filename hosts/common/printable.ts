/** The longest text of a peer that is shown. */
const MAX_SHOWN_CHARACTERS = 200;
/** Control characters, invisible and direction-changing characters, and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Makes a text of a peer safe for a terminal or a log: escapes unprintable characters, and limits the length. */
export function printable(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, MAX_SHOWN_CHARACTERS).join("");
  const escaped = shown.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return characters.length > MAX_SHOWN_CHARACTERS ? `${escaped}...` : escaped;
}
