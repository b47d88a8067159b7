/** Files that are opened outside of TFTP, for a caller that waits: HTTP. */
import { BUSY, isRefusal, type ReadableFile, type Refusal, type Storage } from "../../../src/index.js";
import {
  type AnswerKeeper,
  type AskedName,
  HeldAnswer,
  type Judge,
  KeptAnswers,
} from "../../common/later/held-request.js";
import type { HeldRequests } from "../../common/later/held-requests.js";
import { explained, type Reason, reasonFor, takeReason } from "../../common/reasons.js";

/** Shorter than the time after which the HTTP server closes a silent connection, so that the client is told. */
const MAX_WAIT_MS = 25_000;

/** A file for a client that does not ask by TFTP. */
export interface OpenedForClient {
  /** The file, or a refusal: {@link BUSY} if the storage has not answered in 25 s. */
  readonly file: ReadableFile | Refusal;
  /** Reason of a refusal. */
  readonly reason: Reason | undefined;
  /** The file as the storage made it, which may have more to tell. */
  readonly source: unknown;
}

/** Opens a file, and waits for its storages as often as they answer later. With rules, several may be asked in turn. */
export async function openForClient(
  held: HeldRequests,
  storage: () => Storage,
  name: string,
  address: string,
): Promise<OpenedForClient> {
  const call = new AwaitedCall();
  try {
    for (;;) {
      const file = held.keptBy(call, () => explained(storage().openForReading(name, address)));
      if (!call.isWaiting) {
        const reason = isRefusal(file) ? takeReason(file) : undefined;
        return { file, reason, source: call.source ?? file };
      }
      if (!(await call.hasSettled())) {
        return { file: BUSY, reason: reasonFor("failed", ": the storage has not answered in time"), source: undefined };
      }
    }
  } finally {
    call.end();
  }
}

class AwaitedCall extends KeptAnswers implements AnswerKeeper {
  readonly isInRequest = true;
  /** HTTP has its own limit of connections. */
  readonly hasRoom = true;
  readonly time = new Date();
  /** The file that the storage has opened last. */
  source: unknown;
  private readonly endsAt = performance.now() + MAX_WAIT_MS;
  private settling: Promise<true> | undefined;

  get isWaiting(): boolean {
    return this.settling !== undefined;
  }

  opened<Answer>(answer: Answer): Answer {
    this.source = typeof answer === "object" ? answer : undefined;
    return answer;
  }

  wait(asked: AskedName, promise: PromiseLike<unknown>, judge: Judge): Refusal {
    const answer = new HeldAnswer(asked, judge);
    this.add(answer);
    const settle = (isRejected: boolean, value: unknown): true => {
      answer.settle({ isRejected, value });
      return true;
    };
    this.settling = Promise.resolve(promise).then(
      (value) => settle(false, value),
      (value) => settle(true, value),
    );
    return BUSY;
  }

  leave(): Refusal {
    return BUSY;
  }

  /** Waits for the answer. Returns false if it takes too long. */
  async hasSettled(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, this.endsAt - performance.now(), false);
    });
    const hasSettled = await Promise.race([this.settling, late]);
    clearTimeout(timer);
    this.settling = undefined;
    return hasSettled === true;
  }
}
