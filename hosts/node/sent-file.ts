/**
 * A large file that is being sent, as large as it was when it was opened. Any number of transfers may have the same one.
 */
import fs from "node:fs";
import type { ReadableFile } from "../../src/index.js";
import { giveBackPiece, PIECE_BYTES, type Piece, type PieceOwner, takePiece } from "./read-ahead.js";
import { refusalOf } from "./refusals.js";
import { closeRead } from "./served-root.js";

export class SentFile implements ReadableFile, PieceOwner {
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

  /** One more transfer has this file, and will close it. */
  share(): void {
    this.transfers++;
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
      if (offset + wanted > PIECE_BYTES) {
        return this.readAcross(target, wanted, position);
      }
      const index = (position - offset) / PIECE_BYTES;
      const piece = this.pieces.get(index) ?? this.readPiece(index);
      piece.copyTo(target, offset, wanted);
      return wanted;
    } catch (error) {
      return refusalOf(error);
    }
  }

  close(): void {
    if (--this.transfers > 0) {
      return;
    }
    for (const piece of this.pieces.values()) {
      giveBackPiece(piece);
    }
    this.pieces.clear();
    this.closed();
    closeRead(this.descriptor);
  }

  losePiece({ index }: Piece): void {
    this.pieces.delete(index);
  }

  private readPiece(index: number): Piece {
    this.giveBackWhatIsBehind();
    const piece = takePiece(this, index);
    const position = index * PIECE_BYTES;
    const left = this.sizeBytes - position;
    const length = left < PIECE_BYTES ? left : PIECE_BYTES;
    try {
      this.readWhole(piece.bytes, length, position);
    } catch (error) {
      giveBackPiece(piece);
      throw error;
    }
    this.pieces.set(index, piece);
    return piece;
  }

  /**
   * Each transfer needs one piece. The piece that was read first is used again: a single transfer then stays with one,
   * which the processor's cache holds.
   */
  private giveBackWhatIsBehind(): void {
    if (this.pieces.size >= this.transfers) {
      const [first] = this.pieces.values();
      this.pieces.delete((first as Piece).index);
      giveBackPiece(first as Piece);
    }
  }

  /** A block that lies across two pieces, since it has not 512 bytes. */
  private readAcross(target: Uint8Array, length: number, position: number): number {
    this.readWhole(target, length, position);
    return length;
  }

  private readWhole(target: Uint8Array, length: number, position: number): void {
    if (fs.readSync(this.descriptor, target, 0, length, position) !== length) {
      throw new Error("The file has become shorter");
    }
  }
}
