/** The longest text of a peer that is shown. */
const MAX_SHOWN_CHARACTERS = 200;
/** Control characters, invisible and direction-changing characters, halves of pairs, and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** Bytes that are not UTF-8, as the engine decodes them. */
const STRAY_BYTE = /[\udc80-\udcff]/gu;
/** A backslash that would read as the beginning of an escaped byte. Only names that are refused have any. */
const MISLEADING_BACKSLASH = /\\(?=x[\da-f]{2})/gi;

const ESCAPED_BYTE = /\\x[89a-f][\da-f]/;

/** Makes a text of a peer safe for a terminal or a log: escapes unprintable characters, and limits the length. */
export function printable(text: string): string {
  const characters = [...text];
  const escaped = withoutUnprintable(characters.slice(0, MAX_SHOWN_CHARACTERS).join(""));
  return characters.length > MAX_SHOWN_CHARACTERS ? `${escaped}...` : escaped;
}

/** Escapes unprintable characters, as `\u{202e}`, and bytes that are not UTF-8, as `\xff`. */
export function withoutUnprintable(text: string): string {
  return text.replace(STRAY_BYTE, escapedByte).replace(UNPRINTABLE, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** Writes the bytes of a name that are not UTF-8 as `\xff`. No other name reads like that. */
export function readableName(name: string): string {
  return name.replace(MISLEADING_BACKSLASH, "\\x5c").replace(STRAY_BYTE, escapedByte);
}

/** Whether a name was made readable by {@link readableName}. */
export function hasEscapedByte(name: string): boolean {
  return ESCAPED_BYTE.test(name);
}

function escapedByte(character: string): string {
  return `\\x${(character.charCodeAt(0) & 0xff).toString(16)}`;
}
