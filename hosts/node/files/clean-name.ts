/** Names checked by the rules of the engine, outside of a request. */
import { cleanName, decodeName, MAX_NAME_BYTES } from "../../../src/index.js";
import { nameBytes } from "./disk-names.js";

/**
 * Applies the engine's checks of names from the wire.
 *
 * @returns the name as the storage gets it; undefined if the engine refuses it: empty, too long, with a component `..`, or
 * with a control character.
 */
export function cleanedName(text: string): string | undefined {
  if (text.length > MAX_NAME_BYTES) {
    return undefined;
  }
  const bytes = nameBytes(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = cleanName(view, 0, view.byteLength);
  return end < 0 ? undefined : decodeName(view, 0, end);
}

/** Whether a client can ask for a file by exactly this name. */
export function isFileName(name: string): boolean {
  return cleanedName(name) === name;
}
