/**
 * Reads the head of an HTTP/1.1 request strictly (RFC 9112 §3 and §5): unusual forms are refused. Only what is used becomes a
 * text, so that many or long headers cost no memory.
 */
import { MAX_HEADERS, type RequestHead, USED_HEADERS, type UsedHeader } from "../../status/request-head.js";

/** Longer texts are joined from parts: the number of arguments of a call is limited. */
const CHARACTERS_AT_A_TIME = 32;
const FIRST_BEYOND_ASCII = 0x80;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const COLON = 0x3a;
const SPACE = " ";
const SPACE_CODE = 0x20;
/** Makes a capital letter of ASCII small, and leaves small letters and hyphens as they are. */
const SMALL_LETTER = 0x20;

/** The names as codes of characters: on XS each look at a text makes an object. */
const USED_NAMES = Object.freeze(USED_HEADERS.map((name) => Object.freeze(codesOf(name))));

export class HTTPHead implements RequestHead {
  headerCount = 0;
  private readonly values = new Map<UsedHeader, string>();

  private constructor(
    readonly method: string,
    readonly target: string,
    readonly address: string,
  ) {}

  header(name: UsedHeader): string | undefined {
    return this.values.get(name);
  }

  /** Undefined if the request line is malformed. */
  static begun(requestLine: string, address: string): HTTPHead | undefined {
    const methodEnd = requestLine.indexOf(SPACE);
    const targetEnd = requestLine.indexOf(SPACE, methodEnd + 1);
    const target = requestLine.slice(methodEnd + 1, targetEnd);
    const version = requestLine.slice(targetEnd + 1);
    const isRequest = methodEnd > 0 && targetEnd > methodEnd && (version === "HTTP/1.1" || version === "HTTP/1.0");
    return isRequest && target.startsWith("/")
      ? new HTTPHead(requestLine.slice(0, methodEnd), target, address)
      : undefined;
  }

  /** Returns false if the header is malformed, or is used and occurs again: two readers could choose different ones. */
  add(bytes: Uint8Array, from: number, end: number): boolean {
    const colon = endOfName(bytes, from, end);
    if (colon <= from) {
      return false;
    }
    this.headerCount++;
    const name = usedHeader(bytes, from, colon);
    if (name === undefined) {
      return true;
    }
    const value = asciiText(bytes, colon + 1, end);
    if (value === undefined || this.values.has(name)) {
      return false;
    }
    this.values.set(name, value.trim());
    return true;
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
  const requestEnd = endOfLine(bytes, 0);
  const head = HTTPHead.begun(asciiText(bytes, 0, requestEnd) ?? "", address);
  const headersEnd = end - 2;
  let from = requestEnd + 2;
  while (head !== undefined && from < headersEnd && head.headerCount <= MAX_HEADERS) {
    const lineEnd = endOfLine(bytes, from);
    if (lineEnd < 0 || !head.add(bytes, from, lineEnd)) {
      return undefined;
    }
    from = lineEnd + 2;
  }
  return head;
}

/** Place of the next line end; -1 if half of one comes before it, which other readers might take for one. */
function endOfLine(bytes: Uint8Array, from: number): number {
  let end = from;
  while (bytes[end] !== CARRIAGE_RETURN && bytes[end] !== LINE_FEED) {
    end++;
  }
  return bytes[end] === CARRIAGE_RETURN && bytes[end + 1] === LINE_FEED ? end : -1;
}

/** Place of the colon; -1 at a blank before it, or at the beginning, where it once continued the line above. */
function endOfName(bytes: Uint8Array, from: number, end: number): number {
  for (let index = from; index < end; index++) {
    const byte = bytes[index] as number;
    if (byte <= SPACE_CODE) {
      return -1;
    }
    if (byte === COLON) {
      return index;
    }
  }
  return -1;
}

function codesOf(name: string): number[] {
  return Array.from(name, (character) => character.charCodeAt(0));
}

/** A loop, since `find` would make a function for each header. */
function usedHeader(bytes: Uint8Array, from: number, end: number): UsedHeader | undefined {
  for (let index = 0; index < USED_HEADERS.length; index++) {
    if (isEqual(bytes, from, end, USED_NAMES[index] as readonly number[])) {
      return USED_HEADERS[index];
    }
  }
  return undefined;
}

/** Whether the bytes are this name, in capital or small letters. */
function isEqual(bytes: Uint8Array, from: number, end: number, name: readonly number[]): boolean {
  if (end - from !== name.length) {
    return false;
  }
  for (let index = 0; index < name.length; index++) {
    if (((bytes[from + index] as number) | SMALL_LETTER) !== name[index]) {
      return false;
    }
  }
  return true;
}

/** Undefined if a byte is not ASCII. */
function asciiText(bytes: Uint8Array, from: number, end: number): string | undefined {
  for (let index = from; index < end; index++) {
    if ((bytes[index] as number) >= FIRST_BEYOND_ASCII) {
      return undefined;
    }
  }
  let text = "";
  for (let index = from; index < end; index += CHARACTERS_AT_A_TIME) {
    const part = bytes.subarray(index, Math.min(end, index + CHARACTERS_AT_A_TIME));
    // Spreading would make an object for each byte.
    text += Reflect.apply(String.fromCharCode, undefined, part);
  }
  return text;
}
