/**
 * Pieces of files, kept in memory while the files are sent: asking the system for each block costs as much as the
 * engine's own work. All files of the process share these pieces. They are made for the first file, and stay.
 */
import { MAX_BLOCK_BYTES } from "../../../src/index.js";

/** More blocks in a piece bring no more speed. */
const PIECE_BLOCKS = 16;
export const PIECE_BYTES = PIECE_BLOCKS * MAX_BLOCK_BYTES;
/** Together 256 KiB: less than 4 KiB for each of a hundred downloads of different files, and no more for a thousand. */
const PIECES = 32;

export interface PieceOwner {
  /** Gives up a piece that another owner has taken. */
  losePiece(piece: Piece): void;
}

export class Piece {
  /** Views of its blocks, made once: sending a block makes no object. */
  readonly blocks: readonly Buffer[];
  owner: PieceOwner | undefined;
  /** Position of the piece in the owner's file, counted in pieces. */
  index = 0;

  constructor(readonly bytes: Buffer) {
    this.blocks = Array.from({ length: PIECE_BLOCKS }, (_, index) =>
      bytes.subarray(index * MAX_BLOCK_BYTES, (index + 1) * MAX_BLOCK_BYTES),
    );
  }
}

let free: Piece[] | undefined;
/** In the order in which they were taken. */
const taken = new Set<Piece>();

/** Whether a piece can be taken without another owner losing one. */
export function isPieceLeft(): boolean {
  return taken.size < PIECES;
}

/** Takes a free piece or, if there is none, the one that was taken first. It still has the bytes of its last owner. */
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
