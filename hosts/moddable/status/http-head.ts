/** The head of an HTTP/1.1 request, read strictly (RFC 9112 §3 and §5). What is unusual in it is refused. */
import type { RequestHead } from "../../status/request-head.js";

/** Texts that are longer are joined of parts: a call takes only so many arguments. */
const CHARACTERS_AT_A_TIME = 32;
const FIRST_BEYOND_ASCII = 0x80;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** Headers that must not contradict themselves, because two readers could understand them in two ways. */
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

/** Where the head ends that begins at 0, behind its empty line; or -1 when it does not end before `length`. */
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
 * @param end where the head ends, as `endOfHead` found it.
 * @param address who asks.
 * @returns undefined for what is no proper head.
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
    // A blank before the colon, or at the beginning, which continued the line before in old times.
    const isName = name !== "" && !name.includes(" ") && !name.includes("\t");
    if (!isName || (headers.has(name) && ONLY_ONCE.includes(name))) {
      return undefined;
    }
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** Undefined for what has bytes beyond ASCII. */
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
