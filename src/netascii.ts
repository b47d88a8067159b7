/**
 * The netascii translation (RFC 764, RFC 1350 §1): on the wire a line ends with CR LF, and a bare CR is CR NUL. Both
 * directions work in place in the packet's buffer and can resume at any block, so that nothing sent must be kept.
 *
 * The text between line ends is searched and moved several bytes at a time. On XS reading a single byte takes as long as
 * copying a whole line, and `indexOf` takes longer for each byte than this search.
 */
import type { ReadableFile } from "./host.js";
import { HEADER_BYTES } from "./packet.js";

const NUL = 0x00;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/*
 * Four bytes have no LF and no CR if `((word & KIND) ^ CONTROL) - CONTROL` has no bit of BORROWED: a byte of 0x08 to 0x0f, as
 * those two are, becomes zero and borrows from the bit above.
 */
const KIND = 0x78787878;
const CONTROL = 0x08080808;
const BORROWED = ~0x7f7f7f7f;

/**
 * Bytes after the block in the transmit buffer. A text that grows is moved away from its translation by this much at a time,
 * so that most line ends move only their line.
 */
export const NETASCII_GAP_BYTES = 32;

/**
 * Translates the blocks of all transfers.
 *
 * The end of a block may cut the pair of bytes that one byte of a file becomes, so the start of a sent block is a cursor: twice
 * the position in the file, plus 1 if the block begins with the second half of a pair.
 *
 * A carriage return at the end of a received block waits for the next block, which decides its meaning. Its byte then goes
 * before that block, over the last byte of the header, which has been read.
 */
export class Netascii {
  /** Cursor of the block after the last one made. */
  nextCursor = 0;
  /** Index in the packet of the first decoded byte. */
  start = 0;
  /** Whether the decoded block ended with a carriage return, which waits. */
  endsWithin = false;
  private readonly bytes: Uint8Array;

  /**
   * @param view the transmit buffer: the header, the block and the gap.
   */
  constructor(
    private readonly view: DataView,
    private readonly block: Uint8Array,
  ) {
    this.bytes = new Uint8Array(view.buffer);
  }

  /**
   * Reads the block that begins at `cursor` into the transmit buffer and translates it there.
   *
   * @returns length of the block, at most `blockSizeBytes` and less only for the last; or a storage's refusal.
   */
  encode(file: ReadableFile, cursor: number, blockSizeBytes: number): number {
    // Only integers: some JavaScript engines allocate fractions.
    const within = cursor % 2;
    const position = (cursor - within) / 2;
    const count = file.read(this.block, position);
    if (count < 0) {
      return count;
    }
    const view = this.view;
    if (within === 1 && view.getUint8(HEADER_BYTES) === CARRIAGE_RETURN) {
      view.setUint8(HEADER_BYTES, NUL);
    }
    const limit = HEADER_BYTES + blockSizeBytes;
    let end = count < blockSizeBytes ? HEADER_BYTES + count : limit;
    let from = HEADER_BYTES + within;
    let to = from;
    let pairs = 0;
    let endsWithin = 0;
    for (;;) {
      let at = findLineEnd(view, from, end);
      if (at - from >= limit - to) {
        at = end = from + limit - to;
      }
      if (from !== to && at !== from) {
        this.bytes.copyWithin(to, from, at);
      }
      to += at - from;
      if (at === end) {
        break;
      }
      if (to + 1 === limit) {
        // Both pairs begin with a carriage return.
        view.setUint8(to++, CARRIAGE_RETURN);
        endsWithin = 1;
        break;
      }
      if (at === to) {
        end = end < limit ? end : limit;
        at += NETASCII_GAP_BYTES;
        this.bytes.copyWithin(at, to, end);
        end += NETASCII_GAP_BYTES;
      }
      view.setUint16(to, (CARRIAGE_RETURN << 8) | (view.getUint8(at) === LINE_FEED ? LINE_FEED : NUL));
      from = at + 1;
      to += 2;
      pairs++;
    }
    const length = to - HEADER_BYTES;
    this.nextCursor = 2 * (position + length - pairs) - endsWithin;
    return length;
  }

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
    let from = HEADER_BYTES;
    let value: number;
    while (from < packetLength) {
      if (within) {
        within = false;
        value = packet.getUint8(from);
        packet.setUint8(to++, value === LINE_FEED ? LINE_FEED : CARRIAGE_RETURN);
        if (value === LINE_FEED || value === NUL) {
          from++;
        }
        continue;
      }
      while (from <= packetLength - 4) {
        value = packet.getInt32(from);
        if (((((value & KIND) ^ CONTROL) - CONTROL) & BORROWED) !== 0) {
          break;
        }
        packet.setInt32(to, value);
        from += 4;
        to += 4;
      }
      if (from < packetLength) {
        value = packet.getUint8(from++);
        if (value === CARRIAGE_RETURN) {
          within = true;
        } else {
          packet.setUint8(to++, value);
        }
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

/** Index of the first LF or CR from `from` on, or `end`. */
function findLineEnd(view: DataView, from: number, end: number): number {
  let at = from;
  while (at < end) {
    let stop = at + 8;
    if (stop > end) {
      stop = end;
    } else if (
      (((((view.getInt32(at) & KIND) ^ CONTROL) - CONTROL) | (((view.getInt32(at + 4) & KIND) ^ CONTROL) - CONTROL)) &
        BORROWED) ===
      0
    ) {
      at = stop;
      continue;
    }
    for (; at < stop; at++) {
      const byte = view.getUint8(at);
      if (byte <= CARRIAGE_RETURN && (byte === LINE_FEED || byte === CARRIAGE_RETURN)) {
        return at;
      }
    }
  }
  return end;
}
