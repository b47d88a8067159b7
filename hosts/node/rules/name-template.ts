/** Templates for the names that rules make. */
import { isIPv6 } from "node:net";
import { cleanedName } from "../files/clean-name.js";
import { withoutZone } from "../udp/addresses.js";
import type { NameMatch, NamePattern } from "./name-pattern.js";
import { checkedUrl, checkUrlTemplate, encodedAfter, isUrl } from "./url-template.js";

const PLACEHOLDERS = /(\{[^}]*\})/;

/** A request that a rule matched. */
export interface MatchedRequest {
  readonly name: string;
  /** The client's address. */
  readonly address: string;
  readonly match: NameMatch;
  readonly time: Date;
}

/** Placeholders that need nothing of the pattern. */
const FILLED_ALWAYS: readonly string[] = ["{name}", "{address}", "{date}", "{time}"];
/** End of the day in `2026-11-28T10:15:04.000Z`, and of its seconds. */
const DATE_END = 10;
const TIME_END = 19;

export class NameTemplate {
  private readonly pieces: readonly string[];
  /** Whether it makes URLs. */
  readonly isUrl: boolean;

  /**
   * @param text `{name}` is replaced by the requested name, `{1}` to `{8}` by the texts of the pattern's wildcards, `{mac}`
   * by the MAC address in the name, `{address}` by the client's address, `{date}` and `{time}` by the time in UTC.
   * @throws RangeError for a placeholder that the pattern does not fill, or a template that can never make a valid name.
   */
  constructor(text: string, pattern: NamePattern) {
    this.pieces = text.split(PLACEHOLDERS);
    for (const piece of this.pieces) {
      checkPlaceholder(piece, pattern);
    }
    this.isUrl = isUrl(text);
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
      checkUrlTemplate(text);
    } else if (cleanedName(text.replaceAll(/\{[^}]*\}/g, "x")) === undefined) {
      throw new RangeError(`"${text}" is not a valid file name; write a relative path without ".."`);
    }
  }

  /** Returns undefined for an invalid name, or one that leads out of the folder: the texts come from the wire. */
  fill(request: MatchedRequest, inCase: (text: string) => string): string | undefined {
    if (!this.isUrl) {
      return cleanedName(inCase(this.pieces.map((piece) => fillPiece(piece, request)).join("")));
    }
    let url = "";
    for (const piece of this.pieces) {
      url += piece.startsWith("{") ? encodedAfter(url, inCase(fillPiece(piece, request))) : piece;
    }
    return checkedUrl(url);
  }
}

function checkPlaceholder(piece: string, pattern: NamePattern): void {
  if (!piece.startsWith("{") || FILLED_ALWAYS.includes(piece)) {
    return;
  }
  if (piece === "{mac}") {
    if (!pattern.hasMac) {
      throw new RangeError("{mac} needs a {mac} in match, which finds the address");
    }
    return;
  }
  const number = /^\{[1-8]\}$/.test(piece) ? Number(piece[1]) : 0;
  if (number === 0) {
    throw new RangeError(`unknown placeholder ${piece}; expected ${FILLED_ALWAYS.join(", ")}, {mac} or {1} to {8}`);
  }
  if (number > pattern.wildcardCount) {
    const wildcards = number === 1 ? "wildcard" : "wildcards";
    throw new RangeError(`${piece} needs at least ${number} ${wildcards} in match, which has ${pattern.wildcardCount}`);
  }
}

function fillPiece(piece: string, { name, address, match, time }: MatchedRequest): string {
  switch (piece) {
    case "{name}":
      return name;
    case "{address}":
      return addressAsName(address);
    case "{date}":
      return time.toISOString().slice(0, DATE_END);
    case "{time}":
      // Some file systems take no colons.
      return time
        .toISOString()
        .slice(DATE_END + 1, TIME_END)
        .replaceAll(":", "-");
    case "{mac}":
      return match.mac ?? "";
    default:
      return piece.startsWith("{") ? (match.wildcards[Number(piece[1]) - 1] ?? "") : piece;
  }
}

/** Without a zone, and without colons, which some file systems refuse. */
function addressAsName(address: string): string {
  const plain = withoutZone(address);
  return isIPv6(plain) ? plain.replaceAll(":", "-") : plain;
}
