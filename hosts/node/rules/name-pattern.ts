/**
 * Patterns for the names of files. Names come from the wire, so matching takes a time that is bounded by the lengths of
 * pattern and name: no place in the name is looked at more than once for each part of the pattern.
 */
import { MAX_NAME_BYTES } from "../../../src/index.js";
import { macLengthAt, plainMac } from "./mac-address.js";

/** Bounds the time that a match takes. */
const MAX_WILDCARDS = 8;
/** Each wildcard may have a text before it, and the last one behind it. */
const MAX_PARTS = 2 * MAX_WILDCARDS + 1;

type Part = { readonly kind: "text"; readonly text: string } | { readonly kind: "one" | "component" | "path" | "mac" };

const WILDCARDS: Readonly<Record<string, Part>> = {
  "?": { kind: "one" },
  "*": { kind: "component" },
  "**": { kind: "path" },
  "{mac}": { kind: "mac" },
};
/** The text between wildcards, and the wildcards. */
const PARTS = /(\?|\*+|\{[^}]*\})/;

/** What a pattern has found in a name. */
export interface NameMatch {
  /** What each `*`, `**` and `?` stands for, in their order. */
  readonly wildcards: readonly string[];
  /** The address that `{mac}` stands for, as `aa-bb-cc-dd-ee-ff`. */
  readonly mac: string | undefined;
}

/** Marks, part by part, where the rest of the pattern matches the rest of the name. For one match at a time. */
const marks = new Uint8Array((MAX_PARTS + 1) * (MAX_NAME_BYTES + 1));
const ROW = MAX_NAME_BYTES + 1;

export class NamePattern {
  private readonly parts: readonly Part[];
  /** How many `*`, `**` and `?` there are. */
  readonly wildcardCount: number;
  readonly hasMac: boolean;

  /**
   * @param text `?` stands for one character, `*` for any number, neither of them `/`; `**` for any number of any
   * characters; `{mac}` for a MAC address in any of its writings. Capitals and small letters of ASCII are the same.
   * @throws RangeError when there are more than 8 wildcards, or an unknown one in braces.
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

  /** @returns what the wildcards stand for, the first ones for as much as possible; undefined where it does not match. */
  match(name: string): NameMatch | undefined {
    if (name.length > MAX_NAME_BYTES) {
      return undefined;
    }
    const folded = smallLetters(name);
    this.mark(folded);
    return marks[0] === 1 ? this.found(name, folded) : undefined;
  }

  /** From the last part to the first, and from the end of the name to its beginning. */
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

  /** Follows the marks. */
  private found(name: string, folded: string): NameMatch {
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
  const written = text.startsWith("**") ? "**" : smallLetters(text);
  const wildcard = Object.hasOwn(WILDCARDS, written) ? WILDCARDS[written] : undefined;
  if (wildcard === undefined && text.startsWith("{")) {
    throw new RangeError(`${text} is no wildcard; there are ?, *, ** and {mac}`);
  }
  return wildcard ?? { kind: "text", text: smallLetters(text) };
}

function isStretching(kind: Part["kind"]): boolean {
  return kind === "component" || kind === "path";
}

/** How many characters a part takes at this place, one at a time if it stretches; 0 where it takes none. */
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

/** ASCII only, so that every character stays at its place. */
function smallLetters(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
