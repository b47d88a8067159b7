/** Turns the engine's reports into the events of a {@link TftpServer}. */
import {
  type Address,
  type Observer,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TOO_LARGE,
  type Outcome,
  type TransferView,
} from "../../../src/index.js";
import { outcomeName } from "../../common/outcomes.js";
import { readableName } from "../../common/printable.js";
import { type Reason, reasonFor, reasonOfFailure, reasonOfRequest } from "../../common/reasons.js";
import { type EndedTransfer, readableView, snapshotOf, type TftpServerEvents } from "../server-options.js";

/** Emits events in the middle of the engine's work. */
export interface EventSink {
  listenerCount(name: keyof TftpServerEvents): number;
  /** Must not throw. */
  emit<Name extends keyof TftpServerEvents>(name: Name, ...details: TftpServerEvents[Name]): void;
}

export class EngineObserver implements Observer {
  /** @param onEnd called after each end of a transfer. */
  constructor(
    private readonly events: EventSink,
    private readonly onEnd: () => void,
  ) {}

  started(transfer: TransferView): void {
    if (this.events.listenerCount("started") > 0) {
      this.events.emit("started", snapshotOf(transfer));
    }
  }

  progressed(transfer: TransferView): void {
    // Asked first, since blocks get through with every packet and few servers have a listener.
    if (this.events.listenerCount("progress") > 0) {
      this.events.emit("progress", readableView(transfer));
    }
  }

  ended(transfer: TransferView, outcome: Outcome, at: number): void {
    const reason = reasonOf(outcome, transfer.errorCode);
    if (this.events.listenerCount("ended") > 0) {
      const end: EndedTransfer = {
        outcome,
        outcomeName: outcomeName(outcome),
        durationMs: at - transfer.startedAt,
        ...(reason === undefined ? {} : { reason }),
      };
      this.events.emit("ended", snapshotOf(transfer), Object.freeze(end));
    }
    this.onEnd();
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void {
    const reason = reasonOfRequest(errorCode);
    const request = { name: readableName(name), isUpload, errorCode, reason, address: address as string, port };
    this.events.emit("refused", Object.freeze(request));
  }
}

/** Of the other outcomes the name says everything. */
function reasonOf(outcome: Outcome, errorCode: number): Reason | undefined {
  switch (outcome) {
    case OUTCOME_STORAGE_FAILED:
      return reasonOfFailure(errorCode);
    case OUTCOME_TOO_LARGE:
      return reasonFor("too_large");
    default:
      return undefined;
  }
}
