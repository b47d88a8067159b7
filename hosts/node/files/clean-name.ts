import { cleanName, decodeName, MAX_NAME_BYTES } from "../../../src/index.js";

/** One more than a name may have, so that a name which is too long is seen. */
const bytes = new Uint8Array(MAX_NAME_BYTES + 1);
const view = new DataView(bytes.buffer);
const encoder = new TextEncoder();

/**
 * A name as the engine would give it to the storage, by the checks that names from the wire go through.
 *
 * @returns the name, or undefined where it is none: empty, too long, with `..` as a component, with a control character,
 * or with the name of a device.
 */
export function cleanedName(text: string): string | undefined {
  const { read, written } = encoder.encodeInto(text, bytes);
  const end = read < text.length ? -1 : cleanName(view, 0, written);
  return end < 0 ? undefined : decodeName(view, 0, end) || undefined;
}
