import stringWidth from "string-width";

const GAP = "...";

/** A text that takes no more than so many columns of a terminal: what is too much is left out of its middle. */
export function shortened(text: string, columns: number): string {
  if (stringWidth(text) <= columns) {
    return text;
  }
  const characters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  const gap = GAP.slice(0, columns);
  const room = columns - gap.length;
  // The end of a name says more than its beginning: number, version, extension.
  const end = fitting(characters.toReversed(), Math.ceil(room / 2))
    .reverse()
    .join("");
  const start = fitting(characters, room - stringWidth(end)).join("");
  return start + gap + end;
}

/** Exactly so many columns. */
export function inColumns(text: string, columns: number): string {
  const fit = shortened(text, columns);
  return fit + " ".repeat(columns - stringWidth(fit));
}

/** As many of the first characters as take no more than so many columns. */
function fitting(characters: readonly string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= stringWidth(character);
    return left < 0;
  });
  return characters.slice(0, end < 0 ? undefined : end);
}
