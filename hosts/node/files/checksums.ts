/**
 * Checksums of served files, made when `NAME.sha256` is requested: TFTP itself cannot tell a damaged image from a whole
 * one.
 */
import fs from "node:fs";
import path from "node:path";
import { type Address, BUSY, type ReadableFile, type Refusal, type Storage } from "../../../src/index.js";
import { now } from "../clock.js";
import { cryptography } from "../runtime/rare-modules.js";
import { BackgroundSums, type SumJob } from "./background-sums.js";
import { BoundedMap } from "./bounded-map.js";
import { closeRead, type OpenedFile } from "./confined-folder.js";
import { nameBytes } from "./disk-names.js";
import { isSettled } from "./file-identity.js";
import { refuseToRead } from "./file-reasons.js";
import type { FileErrorListener } from "./file-refusals.js";
import { MemoryFile } from "./memory-file.js";

export const CHECKSUM_SUFFIX = ".sha256";
/** Files up to this size are read at once: this takes as long as answering a few requests. */
const SMALL_BYTES = 64 * 1024;
/** A client that has not asked again by now has given up. */
const FRESH_MS = 60_000;
/** Kept checksums; a folder rarely has more images. */
const MAX_KEPT = 256;

/** A storage with checksums of its files, which it opens apart from the files. {@link DirectoryStorage} is one. */
export interface ChecksummedStorage extends Storage {
  /** Opens the file of exactly this name. */
  openFile(name: string, address: Address): ReadableFile | Refusal;
  /**
   * Opens the checksum of the file of this name, which the client may know by another name.
   *
   * @returns `BUSY` while it is not known yet: the client asks again.
   */
  openChecksum(name: string, calledName: string, address: Address): ReadableFile | Refusal;
}

/** The name of the file whose checksum is requested; undefined if the name is no checksum's. */
export function checksummedName(name: string): string | undefined {
  return name.endsWith(CHECKSUM_SUFFIX) && path.basename(name) !== CHECKSUM_SUFFIX
    ? name.slice(0, -CHECKSUM_SUFFIX.length)
    : undefined;
}

interface FreshSum {
  readonly sum: string;
  readonly madeAt: number;
}

export class Checksums {
  /** By all figures of a file that change with its contents. */
  private readonly kept = new BoundedMap<string, string>(MAX_KEPT);
  /** Checksums of files that had just changed when they were read. Each answers one request: the one that asked for it. */
  private readonly fresh = new BoundedMap<string, FreshSum>(MAX_KEPT);
  private readonly background: BackgroundSums;

  /** @param onError receives the reason why a file cannot be read. */
  constructor(private readonly onError: FileErrorListener) {
    this.background = new BackgroundSums((job, sum) => this.keepLargeSum(job, sum), onError);
  }

  /**
   * The line that `sha256sum` writes and `sha256sum --check` reads. It closes the file, now or later.
   *
   * @returns `BUSY` while a large file is read: the client finds the checksum when it asks again.
   */
  fileFor(file: OpenedFile, name: string): ReadableFile | Refusal {
    try {
      const job = jobFor(file);
      const sum = this.presentSum(job.key) ?? (job.sizeBytes <= SMALL_BYTES ? this.sumNow(job) : undefined);
      if (sum === undefined) {
        this.background.request(job);
        return BUSY;
      }
      closeRead(file.descriptor);
      return new MemoryFile(nameBytes(`${sum}  ${path.basename(name)}\n`));
    } catch (error) {
      closeRead(file.descriptor);
      return refuseToRead(error, this.onError);
    }
  }

  private presentSum(key: string): string | undefined {
    const fresh = this.fresh.get(key);
    this.fresh.delete(key);
    return fresh !== undefined && now() - fresh.madeAt < FRESH_MS ? fresh.sum : this.kept.get(key);
  }

  private sumNow({ key, descriptor, isSettled }: SumJob): string {
    const sum = sumOf(descriptor);
    if (isSettled) {
      this.kept.set(key, sum);
    }
    return sum;
  }

  private keepLargeSum({ key, descriptor, isSettled }: SumJob, sum: string): void {
    if (keyOf(descriptor) !== key) {
      // It changed while it was read. The next request reads it again.
      return;
    }
    if (isSettled) {
      this.kept.set(key, sum);
    } else {
      this.fresh.set(key, { sum, madeAt: now() });
    }
  }
}

function jobFor({ descriptor, path, status }: OpenedFile): SumJob {
  return { key: keyOf(descriptor), descriptor, path, sizeBytes: status.size, isSettled: isSettled(status) };
}

function keyOf(descriptor: number): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fs.fstatSync(descriptor, { bigint: true });
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

function sumOf(descriptor: number): string {
  const hash = cryptography().createHash("sha256");
  const part = Buffer.allocUnsafe(SMALL_BYTES);
  let position = 0;
  for (;;) {
    const count = fs.readSync(descriptor, part, 0, part.length, position);
    if (count === 0) {
      return hash.digest("hex");
    }
    hash.update(part.subarray(0, count));
    position += count;
  }
}
