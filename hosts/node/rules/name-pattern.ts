/**
 * Patterns for file names. Names come from the wire, so the time of a match is bounded by the lengths of pattern and name:
 * each part of the pattern is compared at most once with each position of the name.
 */
import { MAX_NAME_BYTES } from "../../../src/index.js";
import { macLengthAt, plainMac } from "../../common/mac-address.js";
import { foldCase } from "../files/fold-case.js";

/** Bounds the time of a match. */
const MAX_WILDCARDS = 8;
/** A text before each wildcard, and one after the last. */
const MAX_PARTS = 2 * MAX_WILDCARDS + 1;

type Part = { readonly kind: "text"; readonly text: string } | { readonly kind: "one" | "component" | "path" | "mac" };

const WILDCARDS: Readonly<Record<string, Part>> = {
  "?": { kind: "one" },
  "*": { kind: "component" },
  "**": { kind: "path" },
  "{mac}": { kind: "mac" },
};
/** Splits a pattern into wildcards and the texts between them. */
const PARTS = /(\?|\*+|\{[^}]*\})/;

/** Texts that the wildcards of a pattern matched. */
export interface NameMatch {
  /** Texts that `*`, `**` and `?` matched, in order. */
  readonly wildcards: readonly string[];
  /** The address that `{mac}` matched, as `aa-bb-cc-dd-ee-ff`; undefined without `{mac}`. */
  readonly mac: string | undefined;
}

/** One row per part: 1 where the rest of the pattern matches the rest of the name. Shared, because a match is synchronous. */
const marks = new Uint8Array((MAX_PARTS + 1) * (MAX_NAME_BYTES + 1));
const ROW = MAX_NAME_BYTES + 1;

export class NamePattern {
  private readonly parts: readonly Part[];
  /** Number of `*`, `**` and `?`. */
  readonly wildcardCount: number;
  readonly hasMac: boolean;

  /**
   * @param text `?` matches one character and `*` any number of characters, except `/`; `**` matches any characters;
   * `{mac}` matches a MAC address in any notation. Upper and lower case are equal.
   * @throws RangeError for more than 8 wildcards, or an unknown one in braces.
   */
  constructor(text: string) {
    this.parts = text
      .split(PARTS)
      .filter((part) => part !== "")
      .map(partOf);
    const wildcards = this.parts.filter(({ kind }) => kind !== "text");
    if (wildcards.length > MAX_WILDCARDS) {
      throw new RangeError(`"${text}" has more than ${MAX_WILDCARDS} wildcards; write fewer`);
    }
    this.hasMac = wildcards.some(({ kind }) => kind === "mac");
    this.wildcardCount = wildcards.filter(({ kind }) => kind !== "mac").length;
  }

  /** Earlier wildcards match as much as possible. Returns undefined if the name does not match. */
  match(name: string): NameMatch | undefined {
    if (name.length > MAX_NAME_BYTES) {
      return undefined;
    }
    const folded = foldCase(name);
    this.mark(folded);
    return marks[0] === 1 ? this.readMarks(name, folded) : undefined;
  }

  /** Goes from the last part to the first, and from the end of the name to its beginning. */
  private mark(name: string): void {
    const end = this.parts.length;
    marks.fill(0, end * ROW, end * ROW + name.length);
    marks[end * ROW + name.length] = 1;
    for (let part = end - 1; part >= 0; part--) {
      for (let at = name.length; at >= 0; at--) {
        marks[part * ROW + at] = this.matchesFrom(part, name, at) ? 1 : 0;
      }
    }
  }

  private matchesFrom(part: number, name: string, at: number): boolean {
    const { kind } = this.parts[part] as Part;
    if ((kind === "component" || kind === "path") && marks[(part + 1) * ROW + at] === 1) {
      return true;
    }
    const length = lengthAt(this.parts[part] as Part, name, at);
    const next = isStretching(kind) ? part : part + 1;
    return length > 0 && marks[next * ROW + at + length] === 1;
  }

  /** Follows the marks from the beginning, and collects the texts of the wildcards. */
  private readMarks(name: string, folded: string): NameMatch {
    const wildcards: string[] = [];
    let mac: string | undefined;
    let at = 0;
    for (const [index, part] of this.parts.entries()) {
      const start = at;
      do {
        const length = lengthAt(part, folded, at);
        if (isStretching(part.kind) && (length === 0 || marks[index * ROW + at + length] === 0)) {
          break;
        }
        at += length;
      } while (isStretching(part.kind));
      if (part.kind === "mac") {
        mac = plainMac(name.slice(start, at));
      } else if (part.kind !== "text") {
        wildcards.push(name.slice(start, at));
      }
    }
    return { wildcards, mac };
  }
}

function partOf(text: string): Part {
  const written = text.startsWith("**") ? "**" : foldCase(text);
  const wildcard = Object.hasOwn(WILDCARDS, written) ? WILDCARDS[written] : undefined;
  if (wildcard === undefined && text.startsWith("{")) {
    throw new RangeError(`unknown wildcard ${text}; expected ?, *, ** or {mac}`);
  }
  return wildcard ?? { kind: "text", text: foldCase(text) };
}

function isStretching(kind: Part["kind"]): boolean {
  return kind === "component" || kind === "path";
}

/** Number of characters that a part matches at `at`, or 0. A stretching part takes one at a time. */
function lengthAt(part: Part, name: string, at: number): number {
  switch (part.kind) {
    case "text":
      return name.startsWith(part.text, at) ? part.text.length : 0;
    case "path":
      return at < name.length ? 1 : 0;
    case "mac":
      return macLengthAt(name, at);
    default:
      return at < name.length && name[at] !== "/" ? 1 : 0;
  }
}
