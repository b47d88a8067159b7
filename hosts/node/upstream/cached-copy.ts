/**
 * A file of the cache: the body as it came, and at its end what is known of it. One file, so that no crash can part the two;
 * its end tells whether it is whole.
 */
import fs from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { ReadableFile } from "../../../src/index.js";
import type { Validators } from "../http/validators.js";

export interface CopyFacts {
  readonly url: string;
  readonly sizeBytes: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A file for one transfer, with what the upstream says of its content. */
export interface SharedFile extends ReadableFile, Partial<Validators> {}

/** Stands at the very end, with the number of bytes of the facts before it. */
const MARK = /^lockstep-tftp cache 1 (\d{8})\n$/;
const MARK_BYTES = 31;
const MAX_FACTS_BYTES = 65_536;

export function trailerOf(facts: CopyFacts): Buffer {
  const text = Buffer.from(JSON.stringify(facts));
  const mark = `lockstep-tftp cache 1 ${String(text.length).padStart(8, "0")}\n`;
  return Buffer.concat([text, Buffer.from(mark, "latin1")]);
}

/** Opens a copy; undefined if there is none, or what is there is not a whole copy. */
export async function openCopy(file: string): Promise<CachedCopy | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) {
    return undefined;
  }
  const facts = await factsOf(handle).catch(() => undefined);
  if (facts === undefined) {
    await handle.close();
    return undefined;
  }
  return new CachedCopy(handle, facts);
}

async function factsOf(handle: FileHandle): Promise<CopyFacts | undefined> {
  const { size } = await handle.stat();
  const mark = await bytesAt(handle, size - MARK_BYTES, MARK_BYTES);
  const length = Number(MARK.exec(mark.toString("latin1"))?.[1]);
  if (!(length > 0 && length <= MAX_FACTS_BYTES)) {
    return undefined;
  }
  const position = size - MARK_BYTES - length;
  const facts = JSON.parse((await bytesAt(handle, position, length)).toString()) as CopyFacts;
  return facts.sizeBytes === position ? facts : undefined;
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, Math.max(0, position));
  return bytes.subarray(0, bytesRead);
}

/** An open copy, which any number of transfers read. It is closed with the last one. */
export class CachedCopy {
  private users = 1;

  constructor(
    private readonly handle: FileHandle,
    readonly facts: CopyFacts,
  ) {}

  /** A file for one transfer. */
  share(): SharedFile {
    const { sizeBytes, etag, lastModified } = this.facts;
    this.users++;
    return {
      sizeBytes,
      // A weak tag does not tell parts of one file from those of another.
      entityTag: etag?.startsWith('"') === true ? etag : undefined,
      lastModified: lastModified ?? undefined,
      read: (target, position) => {
        const length = Math.min(target.length, Math.max(0, sizeBytes - position));
        const read = length === 0 ? 0 : fs.readSync(this.handle.fd, target, 0, length, position);
        if (read !== length) {
          throw new Error("a file of the cache has become shorter");
        }
        return length;
      },
      close: () => this.release(),
    };
  }

  release(): void {
    if (--this.users === 0) {
      // Network file systems may fail here. Nothing was written, so nothing is lost.
      this.handle.close().catch(() => {});
    }
  }
}
