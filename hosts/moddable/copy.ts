/** The function of native/lockstep-copy.js, for TypeScript: the module `lockstep-tftp/copy`. */

/**
 * Copies bytes of the flash image, or of any other buffer, to the beginning of `target`. On ESP32 and on Linux it makes no
 * garbage.
 *
 * @param source an ArrayBuffer or a `Resource`.
 * @param position of the first byte in `source`.
 * @param count bytes to copy.
 * @throws RangeError if `source` or `target` has not that many.
 */
declare function copy(target: Uint8Array, source: ArrayBuffer, position: number, count: number): void;

export default copy;
