/**
 * Checksums of large files, made while the server goes on serving: one file at a time, piece by piece, with a pause after
 * each piece that takes as long as the piece did.
 */
import fs from "node:fs";
import { now } from "../clock.js";
import { cryptography } from "../runtime/rare-modules.js";
import { closeRead } from "./confined-folder.js";
import { reportBroken } from "./file-reasons.js";
import type { FileErrorListener } from "./file-refusals.js";

/** Hashing a piece takes 0.1 to 2 ms, depending on the processor. */
const PIECE_BYTES = 128 * 1024;
/** Files that wait, each of which has an open descriptor. */
const MAX_WAITING = 16;

export interface SumJob {
  /** Tells the file and its state from all others. */
  readonly key: string;
  readonly descriptor: number;
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether any further change shows in the key. */
  readonly isSettled: boolean;
}

interface WaitingJob extends SumJob {
  askedAt: number;
}

export class BackgroundSums {
  private readonly waiting: WaitingJob[] = [];
  private runningKey: string | undefined;

  /**
   * @param onSum receives the checksum in hexadecimal. The descriptor is closed after the call.
   * @param onError receives the reason why a file could not be read.
   */
  constructor(
    private readonly onSum: (job: SumJob, sum: string) => void,
    private readonly onError: FileErrorListener,
  ) {}

  /** Asks for a checksum, or asks again. The descriptor is closed when it is no longer needed. */
  request(job: SumJob): void {
    const present = this.waiting.find(({ key }) => key === job.key);
    if (present !== undefined) {
      present.askedAt = now();
    }
    if (present !== undefined || this.runningKey === job.key) {
      closeRead(job.descriptor);
      return;
    }
    if (this.waiting.length === MAX_WAITING) {
      closeRead(this.takeFirst((one, other) => one.askedAt < other.askedAt).descriptor);
    }
    this.waiting.push({ ...job, askedAt: now() });
    if (this.runningKey === undefined) {
      void this.run();
    }
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // A large file must not keep many small ones waiting.
      const job = this.takeFirst((one, other) => one.sizeBytes < other.sizeBytes);
      this.runningKey = job.key;
      try {
        this.onSum(job, await sumOf(job));
      } catch (error) {
        reportBroken(`${job.path} could not be read`, error, this.onError);
      }
      closeRead(job.descriptor);
      this.runningKey = undefined;
    }
  }

  /** Removes the waiting job that comes before all others. */
  private takeFirst(isBefore: (one: WaitingJob, other: WaitingJob) => boolean): WaitingJob {
    let first = 0;
    for (let index = 1; index < this.waiting.length; index++) {
      if (isBefore(this.waiting[index] as WaitingJob, this.waiting[first] as WaitingJob)) {
        first = index;
      }
    }
    return this.waiting.splice(first, 1)[0] as WaitingJob;
  }
}

/** Reads as many bytes as the file had at first: one that grows all the time would never end. */
async function sumOf({ descriptor, sizeBytes }: SumJob): Promise<string> {
  const hash = cryptography().createHash("sha256");
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, sizeBytes));
  for (let position = 0; position < sizeBytes; ) {
    const count = await readPiece(descriptor, piece, Math.min(piece.length, sizeBytes - position), position);
    if (count === 0) {
      break;
    }
    const startedAt = now();
    hash.update(count < piece.length ? piece.subarray(0, count) : piece);
    position += count;
    await pause(now() - startedAt);
  }
  return hash.digest("hex");
}

function readPiece(descriptor: number, piece: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, piece, 0, length, position, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** A server that is closed need not wait for a checksum: the timer keeps no process alive. */
function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs).unref();
  });
}
