/**
 * Messages on a pipe, each preceded by its length (netstrings): `5:hello,`.
 */
const COLON = 0x3a;

export function netstring(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${message.length}:`), message, Buffer.from(",")]);
}

/** Assembles messages that arrive in pieces. */
export class NetstringReader {
  private pieces: Buffer = Buffer.alloc(0);

  constructor(private readonly take: (message: Buffer) => void) {}

  add(piece: Buffer): void {
    this.pieces = Buffer.concat([this.pieces, piece]);
    for (;;) {
      const colon = this.pieces.indexOf(COLON);
      const start = colon + 1;
      const end = start + Number(this.pieces.toString("latin1", 0, Math.max(colon, 0)));
      if (colon < 0 || this.pieces.length <= end) {
        return;
      }
      const message = this.pieces.subarray(start, end);
      this.pieces = this.pieces.subarray(end + 1);
      this.take(message);
    }
  }
}
