/** Edits beyond which two names are not a misspelling of each other. */
const MAX_EDITS = 2;

export interface SuggestionOptions {
  /** Text written before the suggested name, such as `--`. */
  readonly prefix?: string;
  /** Current names by former ones. */
  readonly formerNames?: Readonly<Record<string, string>>;
}

/**
 * Suggests the name that was probably meant by an unknown one.
 *
 * @returns `; did you mean NAME?`, or an empty text when no name is near.
 */
export function suggestion(
  written: string,
  names: readonly string[],
  { prefix = "", formerNames = {} }: SuggestionOptions = {},
): string {
  const near = nearest(written, [...names, ...Object.keys(formerNames)]) ?? onlyLonger(written, names);
  const name = near !== undefined && Object.hasOwn(formerNames, near) ? formerNames[near] : near;
  return name === undefined ? "" : `; did you mean ${prefix}${name}?`;
}

function nearest(written: string, names: readonly string[]): string | undefined {
  let found: string | undefined;
  let fewest = MAX_EDITS + 1;
  for (const name of names) {
    const edits = editDistance(written, name);
    if (edits < fewest) {
      found = name;
      fewest = edits;
    }
  }
  return found;
}

/** The name that begins with what was written, if there is no other such name. */
function onlyLonger(written: string, names: readonly string[]): string | undefined {
  const [name, ...others] = names.filter((candidate) => written !== "" && candidate.startsWith(written));
  return others.length === 0 ? name : undefined;
}

/** Levenshtein distance: the fewest letters to insert, remove or replace to turn one text into the other. */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (above[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[other.length] as number;
}
