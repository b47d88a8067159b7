/**
 * Pieces of files that are kept in memory while the files are being sent: to ask the system for each block costs as much
 * as the engine takes for it. All files of the process share a bounded number of pieces.
 */
import { BLOCK_BYTES_MAX } from "../../src/index.js";

/** Above 16 blocks a piece, larger ones bring nothing more. */
const PIECE_BLOCKS = 16;
export const PIECE_BYTES = PIECE_BLOCKS * BLOCK_BYTES_MAX;
/** Together a MiB. */
const PIECES_MAX = 128;
/** Pieces that wait for the next file, so that they need not be made anew. */
const FREE_MAX = 32;

/** Who has pieces, and must do without when others need them. */
export interface PieceOwner {
  /** The owner that has waited longest loses a piece. */
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
    const block = this.blocks[offset / BLOCK_BYTES_MAX];
    if (block !== undefined) {
      target.set(block);
    } else {
      // Blocks of another size than 512 bytes begin somewhere.
      this.bytes.copy(target, 0, offset, offset + length);
    }
  }
}

/** In the order in which they were taken. */
const taken = new Set<Piece>();
const free: Piece[] = [];

/** A piece for a file; where there is none any more, the one that was taken first. Its bytes are those of the owner before. */
export function takePiece(owner: PieceOwner, index: number): Piece {
  const piece = free.pop() ?? (taken.size < PIECES_MAX ? new Piece(owner) : takeFromOther());
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
