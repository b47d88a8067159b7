/*
 * Copies `count` bytes of `source`, an ArrayBuffer, from `position` on to the beginning of `target`, a Uint8Array. Throws a
 * RangeError if one of them has not that many.
 *
 * JavaScript copies from a position only with a view of that part, which is four slots of garbage for each block of a file.
 */
export default function copy(target, source, position, count) {
  return native("lockstep_copy").call(this, target, source, position, count);
}
