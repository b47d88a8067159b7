/*
 * The function of lockstep-copy.js, for systems that do not have the one in C.
 */
export default function copy(target, source, position, count) {
  target.set(new Uint8Array(source, position, count));
}
