/** Finds the file that a client probably meant: its name differs in upper and lower case, or by one letter. */
import { differingLetter } from "./one-letter.js";

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const DIGIT = /\p{N}/u;

/** Returns the nearest of `names`: one that differs in case only, otherwise by one letter; undefined if none is near. */
export function nearName(asked: string, names: Iterable<string>): string | undefined {
  const folded = asked.toLowerCase();
  let near: string | undefined;
  for (const name of names) {
    const other = name.toLowerCase();
    if (other === folded && name !== asked) {
      return name;
    }
    if (near === undefined && differByLetter(folded, other)) {
      near = name;
    }
  }
  return near;
}

/**
 * Whether one letter was added, left out or replaced. Words with digits are numbers of devices and versions: one that differs
 * is another device.
 */
function differByLetter(one: string, other: string): boolean {
  const at = differingLetter(one, other);
  return at >= 0 && !DIGIT.test(wordAt(one, at)) && !DIGIT.test(wordAt(other, at));
}

/** The letters and digits around a position. */
function wordAt(text: string, at: number): string {
  let start = at;
  while (start > 0 && LETTER_OR_DIGIT.test(text[start - 1] as string)) {
    start--;
  }
  let end = at;
  while (end < text.length && LETTER_OR_DIGIT.test(text[end] as string)) {
    end++;
  }
  return text.slice(start, end);
}
