import stringWidth from "string-width";

const GAP = "...";

/** Shortens a text in the middle, if it takes more than `columns` on a terminal. */
export function shorten(text: string, columns: number): string {
  if (stringWidth(text) <= columns) {
    return text;
  }
  const characters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  const gap = GAP.slice(0, columns);
  const room = columns - gap.length;
  // The end of a name tells more than its beginning: number, version, extension.
  const end = leading(characters.toReversed(), Math.ceil(room / 2))
    .reverse()
    .join("");
  const start = leading(characters, room - stringWidth(end)).join("");
  return start + gap + end;
}

/** Shortens or pads a text to exactly `columns`. */
export function fitColumns(text: string, columns: number): string {
  const short = shorten(text, columns);
  return short + " ".repeat(columns - stringWidth(short));
}

/** Continued lines are indented, so that each entry of a log can be seen. */
const INDENT = "    ";

/** Breaks a text between words into lines of at most `columns`. A terminal would break it inside a word. */
export function wrap(text: string, columns: number): string {
  const [first = "", ...words] = text.split(/(?<=\S) /);
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (stringWidth(longer) <= columns) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(INDENT + word);
    }
  }
  return lines.join("\n");
}

/** The first characters that fit `columns` together. */
function leading(characters: readonly string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= stringWidth(character);
    return left < 0;
  });
  return characters.slice(0, end < 0 ? undefined : end);
}
