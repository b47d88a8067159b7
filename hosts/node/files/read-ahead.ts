/**
 * Pieces of files that are kept in memory while the files are being sent: to ask the system for each block costs as much
 * as the engine takes for it. All files of the process share these pieces; they are made for the first one, and stay.
 */
import { MAX_BLOCK_BYTES } from "../../../src/index.js";

/** With more blocks in a piece nothing becomes faster. */
const PIECE_BLOCKS = 16;
export const PIECE_BYTES = PIECE_BLOCKS * MAX_BLOCK_BYTES;
/** Together 256 KiB, so that a hundred clients that fetch different files take less than 4 KiB each, and a thousand nothing. */
const PIECES = 32;

/** Who has pieces. */
export interface PieceOwner {
  /** Another one has got this piece. */
  losePiece(piece: Piece): void;
}

export class Piece {
  /** Its blocks, made once: to send one makes no object. */
  private readonly blocks: readonly Buffer[];
  owner: PieceOwner | undefined;
  /** Which piece of the owner's file it is, counted from 0. */
  index = 0;

  constructor(readonly bytes: Buffer) {
    this.blocks = Array.from({ length: PIECE_BLOCKS }, (_, index) =>
      bytes.subarray(index * MAX_BLOCK_BYTES, (index + 1) * MAX_BLOCK_BYTES),
    );
  }

  /** Copies at least `length` bytes that begin at `offset`. */
  copyTo(target: Uint8Array, offset: number, length: number): void {
    if (offset % MAX_BLOCK_BYTES === 0) {
      target.set(this.blocks[offset / MAX_BLOCK_BYTES] as Buffer);
    } else {
      this.bytes.copy(target, 0, offset, offset + length);
    }
  }
}

let free: Piece[] | undefined;
/** In the order in which they were taken. */
const taken = new Set<Piece>();

/** Whether nobody loses a piece when another one takes one. */
export function isPieceLeft(): boolean {
  return taken.size < PIECES;
}

/** A piece for a file: where none is left, the one that was taken first. Its bytes are still those of the owner before. */
export function takePiece(owner: PieceOwner, index: number): Piece {
  free ??= makePieces();
  const piece = free.pop() ?? takeFromOther();
  piece.owner = owner;
  piece.index = index;
  taken.add(piece);
  return piece;
}

export function giveBackPiece(piece: Piece): void {
  taken.delete(piece);
  piece.owner = undefined;
  free?.push(piece);
}

function makePieces(): Piece[] {
  const bytes = Buffer.allocUnsafeSlow(PIECES * PIECE_BYTES);
  return Array.from(
    { length: PIECES },
    (_, index) => new Piece(bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES)),
  );
}

function takeFromOther(): Piece {
  const [first] = taken;
  const piece = first as Piece;
  piece.owner?.losePiece(piece);
  taken.delete(piece);
  return piece;
}
