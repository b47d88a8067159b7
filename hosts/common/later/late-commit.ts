/** Files that are completed later: the engine keeps the last ACK, and asks again when the storage has answered. */
import { FAILED, PENDING, type WritableFile } from "../../../src/index.js";
import type { StorageErrors } from "../guarded-storage.js";
import { type Reason, refuse, refuseWith, takeReason } from "../reasons.js";
import type { Settled } from "./held-request.js";
import { isLater, type LaterWritableFile } from "./later-storage.js";
import type { FindReason, ReasonScope } from "./reason-scope.js";

/** Time in which a storage must complete an upload: clients and the engine wait for longer, so that the client gets the ERROR. */
const MAX_COMMIT_MS = 20_000;

/** The host's part. */
export interface LateCommitHost {
  /** Has the engine ask again for pending commits, as soon as it does not work. */
  resumeCommits(): void;
  /** Calls `look` after `delayMs`. */
  lookAfter(delayMs: number, look: () => void): void;
  /** Calls `settled` when the promise has settled, and the engine does not work. */
  whenSettled(promise: PromiseLike<unknown>, settled: (settled: Settled) => void): void;
}

/** Result of a commit, with the reason of a refusal. */
interface CommitAnswer {
  readonly result: number;
  readonly reason: Reason | undefined;
}

export class LateCommit implements WritableFile {
  private isPending = false;
  private isClosed = false;
  private answer: CommitAnswer | undefined;

  /** @param host undefined if nothing would ask again: the file is then not opened for a request by TFTP. */
  constructor(
    private readonly file: LaterWritableFile,
    private readonly host: LateCommitHost | undefined,
    private readonly errors: StorageErrors,
    private readonly scope: ReasonScope,
  ) {}

  write(source: DataView, offset: number, length: number, position: number): number {
    return this.file.write(source, offset, length, position);
  }

  commit(): number {
    if (this.answer !== undefined) {
      const { result, reason } = this.answer;
      return result < 0 ? refuseWith(result, reason) : result;
    }
    return this.isPending ? PENDING : this.begin();
  }

  close(): void {
    this.isClosed = true;
    this.file.close();
  }

  private begin(): number {
    const { result, findReason } = this.scope(() => this.file.commit());
    if (!isLater(result)) {
      return result;
    }
    const { host } = this;
    if (host === undefined) {
      result.then(undefined, () => {});
      return refuse(FAILED, "the storage completes uploads later, and only uploads by TFTP wait for that");
    }
    this.isPending = true;
    host.whenSettled(result, (settled) => this.settle(settled, findReason, host));
    host.lookAfter(MAX_COMMIT_MS, () => {
      const value = new Error(`the upload was not completed in ${MAX_COMMIT_MS / 1000} s`);
      this.settle({ isRejected: true, value }, findReason, host);
    });
    return PENDING;
  }

  /** The first answer counts. Nothing waits for that of a file which is closed. */
  private settle(settled: Settled, findReason: FindReason, host: LateCommitHost): void {
    if (this.answer === undefined && !this.isClosed) {
      this.answer = this.judge(settled, findReason);
      host.resumeCommits();
    }
  }

  private judge({ isRejected, value }: Settled, findReason: FindReason): CommitAnswer {
    if (!isRejected && value === 0) {
      return { result: 0, reason: undefined };
    }
    if (!isRejected && Number.isInteger(value) && (value as number) < 0) {
      return { result: value as number, reason: findReason(value as number) };
    }
    const text = `the promise of commit brought ${String(value)}; it must bring 0 or a refusal`;
    const result = this.errors.refuse(isRejected ? value : new TypeError(text), false);
    return { result, reason: takeReason(result) };
  }
}
