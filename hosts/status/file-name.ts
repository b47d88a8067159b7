/** File names in the paths of requests, checked like names of TFTP requests. */
import { cleanName, decodeName, MAX_NAME_BYTES } from "../../src/index.js";

const PERCENT = 0x25;
const FIRST_BEYOND_ASCII = 0x80;

/**
 * Decodes and cleans a percent-encoded name (RFC 3986 §2.1).
 *
 * @returns the name as the engine gives it to the storage; undefined if the engine refuses it.
 */
export function nameInPath(path: string): string | undefined {
  const bytes = new DataView(new ArrayBuffer(MAX_NAME_BYTES));
  let length = 0;
  let index = 0;
  while (index < path.length) {
    const code = path.charCodeAt(index);
    const byte = code === PERCENT ? encodedByte(path, index + 1) : code;
    if (byte < 0 || code >= FIRST_BEYOND_ASCII || length === MAX_NAME_BYTES) {
      return undefined;
    }
    bytes.setUint8(length++, byte);
    index += code === PERCENT ? 3 : 1;
  }
  const end = cleanName(bytes, 0, length);
  return end < 0 ? undefined : decodeName(bytes, 0, end);
}

function encodedByte(path: string, at: number): number {
  const digits = path.slice(at, at + 2);
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}
