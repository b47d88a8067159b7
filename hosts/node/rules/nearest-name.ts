/** More letters than that are wrong in another name, not in this one. */
const MAX_WRONG_LETTERS = 2;

/**
 * The name that somebody who wrote another one most likely meant.
 *
 * @returns `; did you mean NAME?`, or nothing when no name is near.
 */
export function suggestion(written: string, names: readonly string[], prefix = ""): string {
  let nearest = "";
  let least = MAX_WRONG_LETTERS + 1;
  for (const name of names) {
    const wrong = wrongLetters(written, name);
    if (wrong < least) {
      nearest = name;
      least = wrong;
    }
  }
  return nearest === "" ? "" : `; did you mean ${prefix}${nearest}?`;
}

/** How many letters must be put in, left out or replaced to make one text of the other (Levenshtein's distance). */
function wrongLetters(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const present = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (above[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      present.push(Math.min(replaced, (above[column] as number) + 1, (present[column - 1] as number) + 1));
    }
    above = present;
  }
  return above[other.length] as number;
}
