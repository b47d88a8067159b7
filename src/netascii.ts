/**
 * The netascii translation (RFC 764, RFC 1350 §1): on the wire a line ends with CR LF, and a bare CR is CR NUL. Both
 * directions work in place in the packet's buffer and can resume at any block, so that nothing sent must be kept.
 */
import type { ReadableFile } from "./host.js";
import { HEADER_BYTES } from "./packet.js";

const NUL = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Makes blocks of netascii. The end of a block may cut the pair of bytes that one byte becomes, so the start of a block is a
 * cursor: twice the position in the file, plus 1 if the block begins with the second half of a pair.
 */
export class NetasciiEncoder {
  /** Cursor of the block after the last one made. */
  nextCursor = 0;

  /**
   * Reads from `file` into `block` and translates it there. `view` is the packet that ends with `block`.
   *
   * @returns length of the block, at most `blockSizeBytes` and less only for the last; or a storage's refusal.
   */
  encode(file: ReadableFile, block: Uint8Array, view: DataView, cursor: number, blockSizeBytes: number): number {
    // Only integers: some JavaScript engines allocate fractions.
    const within = cursor % 2;
    const position = (cursor - within) / 2;
    const count = file.read(block, position);
    if (count <= 0) {
      this.nextCursor = cursor;
      return count;
    }
    const startsWithin = within === 1;
    let length = within;
    let taken = within;
    let endsWithin = false;
    while (taken < count && length < blockSizeBytes) {
      const byte = view.getUint8(HEADER_BYTES + taken);
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
        length++;
      } else if (length + 2 <= blockSizeBytes) {
        length += 2;
      } else {
        length++;
        endsWithin = true;
        break;
      }
      taken++;
    }
    expand(view, taken, length, startsWithin, endsWithin);
    this.nextCursor = 2 * (position + taken) + (endsWithin ? 1 : 0);
    return length;
  }
}

/** Expands the first `taken` bytes of the block to `length` bytes, from the end to the start so as to overwrite none unread. */
function expand(view: DataView, taken: number, length: number, startsWithin: boolean, endsWithin: boolean): void {
  const first = startsWithin ? 1 : 0;
  let to = HEADER_BYTES + length;
  if (endsWithin) {
    // Both pairs begin with a carriage return.
    view.setUint8(--to, CARRIAGE_RETURN);
  }
  for (let from = HEADER_BYTES + taken - 1; from >= HEADER_BYTES + first; from--) {
    const byte = view.getUint8(from);
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      view.setUint8(--to, byte === LINE_FEED ? LINE_FEED : NUL);
      view.setUint8(--to, CARRIAGE_RETURN);
    } else {
      view.setUint8(--to, byte);
    }
  }
  if (startsWithin) {
    const isLineFeed = view.getUint8(HEADER_BYTES) === LINE_FEED;
    view.setUint8(HEADER_BYTES, isLineFeed ? LINE_FEED : NUL);
  }
}

/**
 * Decodes received blocks. A carriage return at the end of a block waits for the next block, which decides its meaning. Its
 * byte then goes before that block, over the last byte of the header, which has been read.
 */
export class NetasciiDecoder {
  /** Index in the packet of the first decoded byte. */
  start = 0;
  /** Whether the block ended with a carriage return, which waits. */
  endsWithin = false;

  /**
   * Decodes the block of `packet` that ends at `packetLength`.
   *
   * @param startsWithin whether the previous block ended with a carriage return, which waits.
   * @param isLast whether no block follows, so that nothing waits.
   * @returns index after the last decoded byte.
   */
  decode(packet: DataView, packetLength: number, startsWithin: boolean, isLast: boolean): number {
    let to = startsWithin ? HEADER_BYTES - 1 : HEADER_BYTES;
    let within = startsWithin;
    this.start = to;
    for (let from = HEADER_BYTES; from < packetLength; from++) {
      const byte = packet.getUint8(from);
      if (within) {
        within = false;
        if (byte === LINE_FEED) {
          packet.setUint8(to++, LINE_FEED);
          continue;
        }
        packet.setUint8(to++, CARRIAGE_RETURN);
        if (byte === NUL) {
          continue;
        }
      }
      if (byte === CARRIAGE_RETURN) {
        within = true;
      } else {
        packet.setUint8(to++, byte);
      }
    }
    if (within && isLast) {
      packet.setUint8(to++, CARRIAGE_RETURN);
      within = false;
    }
    this.endsWithin = within;
    return to;
  }
}
