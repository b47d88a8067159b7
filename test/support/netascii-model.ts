/** The netascii of RFC 764 on whole files, the plainest way: what the engine does block by block must come to the same. */

const NUL = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A file as it goes over the wire: a line ends with CR LF, and a bare CR is CR NUL. */
export function toNetascii(file: Uint8Array): Uint8Array {
  const wire: number[] = [];
  for (const byte of file) {
    if (byte === LINE_FEED) {
      wire.push(CARRIAGE_RETURN, LINE_FEED);
    } else if (byte === CARRIAGE_RETURN) {
      wire.push(CARRIAGE_RETURN, NUL);
    } else {
      wire.push(byte);
    }
  }
  return Uint8Array.from(wire);
}

/** The file that a wire's bytes stand for. A CR before anything but LF and NUL, or at the end, means itself. */
export function fromNetascii(wire: Uint8Array): Uint8Array {
  const file: number[] = [];
  for (let index = 0; index < wire.length; index++) {
    const byte = wire[index] as number;
    const next = wire[index + 1];
    if (byte === CARRIAGE_RETURN && next === LINE_FEED) {
      file.push(LINE_FEED);
      index++;
    } else if (byte === CARRIAGE_RETURN && next === NUL) {
      file.push(CARRIAGE_RETURN);
      index++;
    } else {
      file.push(byte);
    }
  }
  return Uint8Array.from(file);
}
