/**
 * Names without the difference of upper and lower case. Rules, and the search of `ignoreCase` for a file, must agree on which
 * letters are equal: otherwise a file that a rule refuses is found by a name that the rule does not match.
 */

/** All characters but those of ASCII that are no capitals. */
const FOLDABLE = /[^\0-@[-\x7f]/gu;

/**
 * The same text for all spellings of a name in upper and lower case, of the same length: positions in it are positions in
 * the name. As in Unicode, the Kelvin sign is a `k`, and the long s an `s`.
 */
export function foldCase(text: string): string {
  return text.replace(FOLDABLE, foldedLetter);
}

/** Letters that would change their length, such as `ß` in upper case, stay as they are. */
function foldedLetter(letter: string): string {
  const lower = letter.toLowerCase();
  const folded = letter.toUpperCase().toLowerCase();
  if (folded.length === letter.length) {
    return folded;
  }
  return lower.length === letter.length ? lower : letter;
}
