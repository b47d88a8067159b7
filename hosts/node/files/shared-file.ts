/** A large file that is sent with the size that it had when it was opened. Any number of transfers may share it. */
import fs from "node:fs";
import { MAX_BLOCK_BYTES, type ReadableFile } from "../../../src/index.js";
import { closeRead, type OpenedFile } from "./confined-folder.js";
import { type FileIdentity, identityOf } from "./file-identity.js";
import { refuseToContinue } from "./file-reasons.js";
import type { FileErrorListener } from "./file-refusals.js";
import { giveBackPiece, isPieceLeft, PIECE_BYTES, type Piece, type PieceOwner, takePiece } from "./read-ahead.js";

export class SharedFile implements ReadableFile, PieceOwner {
  readonly sizeBytes: number;
  /** Identifies the file and its present content. */
  readonly identity: FileIdentity;
  private readonly descriptor: number;
  private readonly path: string;
  private readonly pieces = new Map<number, Piece>();
  private transfers = 1;

  /**
   * @param opened its descriptor is closed with the last transfer.
   * @param onError receives the reason why the file cannot be read.
   * @param onClosed is called when the last transfer has closed the file.
   */
  constructor(
    { descriptor, path, status }: OpenedFile,
    private readonly onError: FileErrorListener,
    private readonly onClosed: (file: SharedFile) => void = () => {},
  ) {
    this.descriptor = descriptor;
    this.path = path;
    this.sizeBytes = status.size;
    this.identity = identityOf(status);
  }

  /**
   * Adds a transfer, which closes the file too. It gets nothing that was read before: a program that has the file mapped
   * into its memory may have changed it without a new time.
   */
  share(): void {
    this.transfers++;
    this.giveBackAll();
  }

  /**
   * Leaves out what the file has gained since it was opened: the client was told its size. Fails when the file has become
   * shorter, for the client would take a short block for the end of a whole file.
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
      } else if (offset % MAX_BLOCK_BYTES === 0) {
        target.set(piece.blocks[offset / MAX_BLOCK_BYTES] as Buffer);
      } else {
        piece.bytes.copy(target, 0, offset, offset + wanted);
      }
      return wanted;
    } catch (error) {
      return refuseToContinue(`${this.path} could not be read`, error, this.onError);
    }
  }

  close(): void {
    if (--this.transfers > 0) {
      return;
    }
    this.giveBackAll();
    this.onClosed(this);
    closeRead(this.descriptor);
  }

  losePiece({ index }: Piece): void {
    this.pieces.delete(index);
  }

  /**
   * The piece with `length` bytes at `offset`, or undefined where the block is better read directly: it lies across two
   * pieces, or there are more transfers than pieces. In the latter case a transfer in the middle of a piece takes none from
   * another transfer, which would have to read it again.
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
   * Keeps at most one piece for each transfer, and gives back the one that was read first: a single transfer then stays
   * with one piece, which the processor's cache holds.
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
      throw new Error("it has become shorter");
    }
  }
}
