/**
 * The netascii translation (RFC 764, as RFC 1350 §1 has it): on the wire a line ends with CR LF, and a bare CR is CR NUL.
 * Both directions work in place in the packet's own buffer and can begin again at any block, so that nothing sent needs
 * keeping.
 */
import type { ReadableFile } from "./host.js";
import { HEADER_BYTES } from "./packet.js";

const NUL = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Makes blocks of netascii. A byte that becomes a pair may be cut by the end of a block; therefore a block begins at a
 * cursor: twice the position in the file, plus 1 if it begins with the second half of that byte's pair.
 */
export class NetasciiEncoder {
  /** The cursor of the block that follows the last one made. */
  nextCursor = 0;

  /**
   * Reads from `file` into `block` and translates it there. `view` is the packet that `block` is the rear part of.
   *
   * @returns the block's length, `blockSizeBytes` at the most and less only for the last; or a storage's refusal.
   */
  encode(file: ReadableFile, block: Uint8Array, view: DataView, cursor: number, blockSizeBytes: number): number {
    // Whole numbers all the way: half a number is an object to an engine that boxes its fractions.
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

/**
 * Spreads the first `taken` bytes of the block over `length` bytes, from the end to the start: what is written always
 * lies behind what is still to be read.
 */
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
 * Undoes the translation of a received block. A carriage return at the end of a block waits for the next block to say
 * what it means; what becomes of it then needs room for one byte more than the block has, which is the last byte of the
 * header, read long before.
 */
export class NetasciiDecoder {
  /** Where the decoded bytes begin in the packet. */
  start = 0;
  /** Whether the block ended with a carriage return that waits. */
  endsWithin = false;

  /**
   * Translates the block of `packet` that ends at `packetLength`.
   *
   * @param startsWithin whether the block before ended with a carriage return that waits.
   * @param isLast whether no block follows: then nothing waits any more.
   * @returns where the decoded bytes end.
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
