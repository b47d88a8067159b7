/** The name that a rule makes of what was found in the name that was asked for. */
import { isIPv6 } from "node:net";
import { cleanedName } from "../files/clean-name.js";
import { withoutZone } from "../udp/addresses.js";
import type { NameMatch, NamePattern } from "./name-pattern.js";

const PLACES = /(\{[^}]*\})/;

export interface AskedFile {
  readonly name: string;
  /** The client's address. */
  readonly address: string;
  readonly match: NameMatch;
}

export class NameTemplate {
  private readonly pieces: readonly string[];

  /**
   * @param text `{name}` stands for the name that was asked for, `{1}` to `{8}` for what the pattern's wildcards have
   * found, `{mac}` for the MAC address in the name, `{address}` for the client's address.
   * @throws RangeError when it asks for what the pattern does not find, or can never make a name.
   */
  constructor(text: string, pattern: NamePattern) {
    this.pieces = text.split(PLACES);
    for (const piece of this.pieces) {
      checkPlace(piece, pattern);
    }
    if (cleanedName(text.replaceAll(/\{[^}]*\}/g, "x")) === undefined) {
      throw new RangeError(`"${text}" can be no file's name; write one without "..", as clients would ask for it`);
    }
  }

  /** @returns a text that may be no proper name: what was found can make it one that leads out of the folder. */
  nameFor(asked: AskedFile): string {
    return this.pieces.map((piece) => filled(piece, asked)).join("");
  }
}

function checkPlace(piece: string, pattern: NamePattern): void {
  if (!piece.startsWith("{") || piece === "{name}" || piece === "{address}") {
    return;
  }
  if (piece === "{mac}") {
    if (!pattern.hasMac) {
      throw new RangeError("{mac} needs a {mac} in match, where the address is found");
    }
    return;
  }
  const number = /^\{[1-8]\}$/.test(piece) ? Number(piece[1]) : 0;
  if (number === 0) {
    throw new RangeError(`${piece} stands for nothing; there are {name}, {address}, {mac} and {1} to {8}`);
  }
  if (number > pattern.wildcardCount) {
    throw new RangeError(`${piece} needs ${number} wildcards in match, and there are ${pattern.wildcardCount}`);
  }
}

function filled(piece: string, { name, address, match }: AskedFile): string {
  switch (piece) {
    case "{name}":
      return name;
    case "{address}":
      return addressAsName(address);
    case "{mac}":
      return match.mac ?? "";
    default:
      return piece.startsWith("{") ? (match.wildcards[Number(piece[1]) - 1] ?? "") : piece;
  }
}

/** Without an interface, and without colons, which not every file system takes. */
function addressAsName(address: string): string {
  const plain = withoutZone(address);
  return isIPv6(plain) ? plain.replaceAll(":", "-") : plain;
}
