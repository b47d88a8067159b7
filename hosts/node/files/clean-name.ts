/** Names checked by the rules of the engine, outside of a request. */
import { cleanName, decodeName, MAX_NAME_BYTES } from "../../../src/index.js";

/** One byte more than a name may have, to detect a longer one. */
const bytes = new Uint8Array(MAX_NAME_BYTES + 1);
const view = new DataView(bytes.buffer);
const encoder = new TextEncoder();

/**
 * Applies the engine's checks of names from the wire.
 *
 * @returns the name as the storage gets it; undefined if the engine refuses it: empty, too long, with a component `..`, or
 * with a control character.
 */
export function cleanedName(text: string): string | undefined {
  const { read, written } = encoder.encodeInto(text, bytes);
  const end = read < text.length ? -1 : cleanName(view, 0, written);
  return end < 0 ? undefined : decodeName(view, 0, end) || undefined;
}

/** Whether a client can ask for a file by exactly this name. */
export function isFileName(name: string): boolean {
  return cleanedName(name) === name;
}
