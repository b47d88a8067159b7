/** File names in the paths of requests, checked like names of TFTP requests. */
import { cleanName, decodeName } from "../../src/index.js";

const PERCENT = 0x25;
const FIRST_BEYOND_ASCII = 0x80;

/**
 * Decodes and cleans a percent-encoded name (RFC 3986 §2.1).
 *
 * @returns the name as the engine gives it to the storage; undefined if the engine refuses it.
 */
export function nameInPath(path: string): string | undefined {
  const bytes = decoded(path);
  const end = bytes === undefined ? -1 : cleanName(bytes, 0, bytes.byteLength);
  return bytes === undefined || end < 0 ? undefined : decodeName(bytes, 0, end);
}

/** Decodes a text as it is. Undefined if it is malformed. */
export function textInQuery(text: string): string | undefined {
  const bytes = decoded(text);
  return bytes && decodeName(bytes, 0, bytes.byteLength);
}

function decoded(text: string): DataView | undefined {
  const bytes = new DataView(new ArrayBuffer(text.length));
  let length = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    const byte = code === PERCENT ? encodedByte(text, index + 1) : code;
    if (byte < 0 || code >= FIRST_BEYOND_ASCII) {
      return undefined;
    }
    bytes.setUint8(length++, byte);
    index += code === PERCENT ? 3 : 1;
  }
  return new DataView(bytes.buffer, 0, length);
}

function encodedByte(path: string, at: number): number {
  const digits = path.slice(at, at + 2);
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}
