/** Reads the head of an HTTP/1.1 request strictly (RFC 9112 §3 and §5): unusual forms are refused. */
import type { RequestHead } from "../../status/request-head.js";

/** Longer texts are joined from parts: the number of arguments of a call is limited. */
const CHARACTERS_AT_A_TIME = 32;
const FIRST_BEYOND_ASCII = 0x80;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** Headers that may occur once only: two readers could choose different ones. */
const ONLY_ONCE: readonly string[] = ["host", "content-length", "transfer-encoding"];

export class HTTPHead implements RequestHead {
  constructor(
    readonly method: string,
    readonly target: string,
    readonly address: string,
    private readonly headers: ReadonlyMap<string, string>,
  ) {}

  header(name: string): string | undefined {
    return this.headers.get(name);
  }
}

/** End of the head that begins at 0, after its empty line; -1 if it does not end before `length`. */
export function endOfHead(bytes: Uint8Array, from: number, length: number): number {
  for (let index = from; index + 3 < length; index++) {
    const isEnd =
      bytes[index] === CARRIAGE_RETURN &&
      bytes[index + 1] === LINE_FEED &&
      bytes[index + 2] === CARRIAGE_RETURN &&
      bytes[index + 3] === LINE_FEED;
    if (isEnd) {
      return index + 4;
    }
  }
  return -1;
}

/**
 * @param end the end of the head, from `endOfHead`.
 * @param address the client's address.
 * @returns undefined if the head is malformed.
 */
export function parseHead(bytes: Uint8Array, end: number, address: string): HTTPHead | undefined {
  const text = asciiText(bytes, end - 4);
  const [requestLine = "", ...lines] = text === undefined ? [] : text.split("\r\n");
  const [method = "", target = "", version, ...more] = requestLine.split(" ");
  const isRequest = (version === "HTTP/1.1" || version === "HTTP/1.0") && more.length === 0;
  const headers = headersOf(lines);
  if (!isRequest || !target.startsWith("/") || headers === undefined) {
    return undefined;
  }
  return new HTTPHead(method, target, address, headers);
}

function headersOf(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    // Refuses a blank before the colon, or at the beginning, where it once continued the line above.
    const isName = name !== "" && !name.includes(" ") && !name.includes("\t");
    if (!isName || (headers.has(name) && ONLY_ONCE.includes(name))) {
      return undefined;
    }
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** Undefined if a byte is not ASCII. */
function asciiText(bytes: Uint8Array, length: number): string | undefined {
  let text = "";
  for (let index = 0; index < length; index += CHARACTERS_AT_A_TIME) {
    const part = bytes.subarray(index, Math.min(length, index + CHARACTERS_AT_A_TIME));
    if (part.some((byte) => byte >= FIRST_BEYOND_ASCII)) {
      return undefined;
    }
    text += String.fromCharCode(...part);
  }
  return text;
}
