/**
 * netascii over whole files (RFC 764, RFC 1350 §1), written for clarity and apart from the engine's code, which must agree
 * with it: a line ends with CR LF on the wire, and a bare CR is CR NUL.
 */
const NUL = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Translates a file to the wire. */
export function encodeNetascii(file: Uint8Array): Uint8Array {
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

/** Translates from the wire to a file. A CR before anything but LF and NUL is kept. */
export function decodeNetascii(wire: Uint8Array): Uint8Array {
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
