/**
 * A large file that is being sent, as large as it was when it was opened. Any number of transfers may have the same one.
 */
import fs from "node:fs";
import type { ReadableFile } from "../../../src/index.js";
import { closeRead } from "./confined-folder.js";
import { refusalOf } from "./file-refusals.js";
import { giveBackPiece, isPieceLeft, PIECE_BYTES, type Piece, type PieceOwner, takePiece } from "./read-ahead.js";

export class SharedFile implements ReadableFile, PieceOwner {
  private readonly pieces = new Map<number, Piece>();
  private transfers = 1;

  /**
   * @param descriptor is closed with the last transfer.
   * @param closed is told then.
   */
  constructor(
    private readonly descriptor: number,
    readonly sizeBytes: number,
    private readonly closed: () => void = () => {},
  ) {}

  /**
   * One more transfer has this file, and will close it. It gets nothing that was read before it asked: a program that has
   * the file mapped into its memory may have changed it without a new time.
   */
  share(): void {
    this.transfers++;
    this.giveBackAll();
  }

  /**
   * What a file has gained since it was opened is not sent: the client was told its size. A file that has become
   * shorter fails, for the client would take the short block for the end of a whole file.
   */
  read(target: Uint8Array, position: number): number {
    const left = this.sizeBytes - position;
    const wanted = left < target.length ? left : target.length;
    if (wanted <= 0) {
      return 0;
    }
    const offset = position % PIECE_BYTES;
    try {
      const piece = this.pieceFor((position - offset) / PIECE_BYTES, offset, wanted);
      if (piece === undefined) {
        this.readWhole(target, wanted, position);
      } else {
        piece.copyTo(target, offset, wanted);
      }
      return wanted;
    } catch (error) {
      return refusalOf(error);
    }
  }

  close(): void {
    if (--this.transfers > 0) {
      return;
    }
    this.giveBackAll();
    this.closed();
    closeRead(this.descriptor);
  }

  losePiece({ index }: Piece): void {
    this.pieces.delete(index);
  }

  /**
   * The piece that holds so many bytes at `offset`; undefined where they are better read by themselves: they lie across
   * two pieces, or there are more transfers than pieces. Whoever is in the middle of a piece then takes none from another,
   * who would have to read it once more.
   */
  private pieceFor(index: number, offset: number, length: number): Piece | undefined {
    if (offset + length > PIECE_BYTES) {
      return undefined;
    }
    const present = this.pieces.get(index);
    return present !== undefined || (offset > 0 && !isPieceLeft()) ? present : this.readPiece(index);
  }

  private readPiece(index: number): Piece {
    this.giveBackFirst();
    const piece = takePiece(this, index);
    const position = index * PIECE_BYTES;
    const left = this.sizeBytes - position;
    try {
      this.readWhole(piece.bytes, left < PIECE_BYTES ? left : PIECE_BYTES, position);
    } catch (error) {
      giveBackPiece(piece);
      throw error;
    }
    this.pieces.set(index, piece);
    return piece;
  }

  /**
   * There is a piece for each transfer, and that which was read first goes first: a single transfer stays with one, which
   * the processor's cache holds.
   */
  private giveBackFirst(): void {
    if (this.pieces.size >= this.transfers) {
      const [first] = this.pieces.values();
      this.pieces.delete((first as Piece).index);
      giveBackPiece(first as Piece);
    }
  }

  private giveBackAll(): void {
    for (const piece of this.pieces.values()) {
      giveBackPiece(piece);
    }
    this.pieces.clear();
  }

  private readWhole(target: Uint8Array, length: number, position: number): void {
    if (fs.readSync(this.descriptor, target, 0, length, position) !== length) {
      throw new Error("The file has become shorter");
    }
  }
}
