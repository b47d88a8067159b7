/**
 * Pieces of files that are kept in memory while the files are being sent: to ask the system for each block costs as much
 * as the engine takes for it. All files of the process share a bounded number of pieces.
 */
import { BLOCK_BYTES_MAX } from "../../src/index.js";

/** With more blocks in a piece nothing becomes faster. */
const PIECE_BLOCKS = 16;
export const PIECE_BYTES = PIECE_BLOCKS * BLOCK_BYTES_MAX;
/** Together a MiB. */
const PIECES_MAX = 128;
/** Pieces that wait for the next file, so that they need not be made anew. */
const FREE_MAX = 32;

/** Who has pieces. */
export interface PieceOwner {
  /** Another one has got this piece. */
  losePiece(piece: Piece): void;
}

export class Piece {
  readonly bytes = Buffer.allocUnsafeSlow(PIECE_BYTES);
  /** Its blocks, made once: to send one makes no object. */
  private readonly blocks = Array.from({ length: PIECE_BLOCKS }, (_, index) =>
    this.bytes.subarray(index * BLOCK_BYTES_MAX, (index + 1) * BLOCK_BYTES_MAX),
  );
  /** Which piece of the owner's file it is, counted from 0. */
  index = 0;

  constructor(public owner: PieceOwner) {}

  /** Copies at least `length` bytes that begin at `offset`. */
  copyTo(target: Uint8Array, offset: number, length: number): void {
    if (offset % BLOCK_BYTES_MAX === 0) {
      target.set(this.blocks[offset / BLOCK_BYTES_MAX] as Buffer);
    } else {
      this.bytes.copy(target, 0, offset, offset + length);
    }
  }
}

/** In the order in which they were taken. */
const taken = new Set<Piece>();
const free: Piece[] = [];

/** Whether nobody loses a piece when another one takes one. */
export function isPieceLeft(): boolean {
  return taken.size < PIECES_MAX;
}

/** A piece for a file: where none is left, the one that was taken first. Its bytes are still those of the owner before. */
export function takePiece(owner: PieceOwner, index: number): Piece {
  const piece = isPieceLeft() ? (free.pop() ?? new Piece(owner)) : takeFromOther();
  piece.owner = owner;
  piece.index = index;
  taken.add(piece);
  return piece;
}

export function giveBackPiece(piece: Piece): void {
  taken.delete(piece);
  if (free.length < FREE_MAX) {
    free.push(piece);
  }
}

function takeFromOther(): Piece {
  const [first] = taken;
  const piece = first as Piece;
  piece.owner.losePiece(piece);
  taken.delete(piece);
  return piece;
}
