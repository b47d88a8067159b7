/** Names of files in the paths of requests, by the rules for names of TFTP. */
import { cleanName, decodeName, MAX_NAME_BYTES } from "../../src/index.js";

const PERCENT = 0x25;
const FIRST_BEYOND_ASCII = 0x80;

/**
 * The name that a path stands for, percent-encoded as it is (RFC 3986 §2.1).
 *
 * @returns the name as the engine would give it to the storage, or undefined where it would refuse it.
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
  return end < 0 ? undefined : decodeName(bytes, 0, end) || undefined;
}

/** Whether a client can ask for a file by this very name. */
export function isFileName(name: string): boolean {
  try {
    return nameInPath(encodeURIComponent(name)) === name;
  } catch {
    // Half a surrogate pair: no text that a request could have.
    return false;
  }
}

function encodedByte(path: string, at: number): number {
  const digits = path.slice(at, at + 2);
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}
