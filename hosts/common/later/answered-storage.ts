/** A storage that may answer later, for an engine that does not wait: {@link HeldRequests} keeps its requests. */
import {
  type Address,
  FAILED,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import type { StorageErrors } from "../guarded-storage.js";
import { refuse, takeReason } from "../reasons.js";
import type { AskedName, JudgedAnswer, Opened, Settled } from "./held-request.js";
import type { HeldRequests } from "./held-requests.js";
import { LateCommit } from "./late-commit.js";
import { isLater, type Later, type LaterStorage, type LaterWritableFile } from "./later-storage.js";
import type { FindReason, ReasonScope } from "./reason-scope.js";

export class AnsweredStorage implements Storage {
  /**
   * @param errors receives what a promise was rejected with.
   * @param scope of the reasons; by default a reason is the last one that was given.
   */
  constructor(
    private readonly storage: LaterStorage,
    private readonly held: HeldRequests,
    private readonly errors: StorageErrors,
    private readonly scope: ReasonScope = unscoped,
  ) {
    held.isUsed = true;
  }

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    const asked = { storage: this, isUpload: false, name };
    return this.answer<ReadableFile>(asked, () => this.storage.openForReading(name, address));
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    const { held, errors, scope } = this;
    const asked = { storage: this, isUpload: true, name };
    const file = this.answer(asked, () => this.storage.openForWriting(name, sizeBytes, address));
    // Anything else is a mistake, which others find.
    return isWritable(file) ? new LateCommit(file, held.commits, errors, scope) : file;
  }

  private answer<File extends ReadableFile | LaterWritableFile>(
    asked: AskedName,
    open: () => Later<File | Refusal>,
  ): File | Refusal {
    const { keeper } = this.held;
    const later = keeper.take(asked) as File | Refusal | undefined;
    if (later !== undefined) {
      return keeper.opened(later);
    }
    if (!keeper.hasRoom) {
      return keeper.leave();
    }
    const { result: answer, findReason } = this.scope(open);
    if (!isLater(answer)) {
      return keeper.opened(answer);
    }
    const judge = {
      judge: (settled: Settled) => this.judge(asked, settled, findReason),
      discard: (opened: unknown) => this.discard(opened),
    };
    if (!keeper.isInRequest) {
      answer.then(judge.discard, (error) => this.errors.refuse(error, false));
      return refuse(FAILED, "the storage answers later, and only downloads and uploads by TFTP wait for it");
    }
    return keeper.wait(asked, answer, judge);
  }

  private judge({ isUpload }: AskedName, { isRejected, value }: Settled, findReason: FindReason): JudgedAnswer {
    if (isRejected) {
      return this.failed(value);
    }
    if (isRefusal(value as Opened) ? (value as Refusal) >= 0 : !isFile(value)) {
      const method = isUpload ? "openForWriting" : "openForReading";
      const text = `the promise of ${method} brought ${String(value)}; it must bring a file or a refusal`;
      return this.failed(new TypeError(text));
    }
    const opened = value as Opened;
    return { opened, reason: isRefusal(opened) ? findReason(opened) : undefined };
  }

  private failed(error: unknown): JudgedAnswer {
    const opened = this.errors.refuse(error, false);
    return { opened, reason: takeReason(opened) };
  }

  private discard(opened: unknown): void {
    if (isFile(opened)) {
      try {
        opened.close();
      } catch (error) {
        this.errors.refuse(error, false);
      }
    }
  }
}

function isWritable(opened: LaterWritableFile | Refusal): opened is LaterWritableFile {
  return typeof (opened as Partial<LaterWritableFile> | undefined)?.commit === "function";
}

function isFile(opened: unknown): opened is ReadableFile | WritableFile {
  return typeof (opened as Partial<ReadableFile> | null | undefined)?.close === "function";
}

function unscoped<Result>(call: () => Result): { result: Result; findReason: FindReason } {
  return { result: call(), findReason: takeReason };
}
