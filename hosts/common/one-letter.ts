/** Shorter names differ by one letter by chance. */
const MIN_CHARACTERS = 4;

/** Index of the one letter that was added, left out or replaced between two names; -1 if they differ otherwise. */
export function differingLetter(one: string, other: string): number {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < MIN_CHARACTERS || long.length - short.length > 1) {
    return -1;
  }
  let start = 0;
  while (start < short.length && short[start] === long[start]) {
    start++;
  }
  let end = 0;
  while (end < short.length - start && short[short.length - 1 - end] === long[long.length - 1 - end]) {
    end++;
  }
  return start < long.length && long.length - end - start === 1 ? start : -1;
}
