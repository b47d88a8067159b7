/** Counters for one line a minute. */
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED, type Outcome, type TransferView } from "../../../src/index.js";

export class Statistics {
  private completed = 0;
  private failed = 0;
  private refused = 0;
  private bytesSent = 0;
  private bytesReceived = 0;

  countEnd(transfer: TransferView, outcome: Outcome): void {
    if (outcome === OUTCOME_COMPLETED || outcome === OUTCOME_PROBABLY_COMPLETED) {
      this.completed++;
    } else {
      this.failed++;
    }
    if (transfer.isUpload) {
      this.bytesReceived += transfer.bytes;
    } else {
      this.bytesSent += transfer.bytes;
    }
  }

  countRefusal(): void {
    this.refused++;
  }

  /** Since the start. */
  get text(): string {
    return `${this.completed} completed, ${this.failed} failed, ${this.refused} refused, ${this.bytesSent} bytes sent, ${this.bytesReceived} received`;
  }
}
