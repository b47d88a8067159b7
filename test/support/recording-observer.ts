/** An observer that records the engine's reports. */
import type { Address, Observer, Outcome, TransferView } from "lockstep-tftp/engine";

/** A transfer's state at some moment. */
export interface SeenTransfer {
  readonly name: string;
  readonly address: Address;
  readonly port: number;
  readonly isUpload: boolean;
  readonly isNetascii: boolean;
  readonly sizeBytes: number;
  readonly bytes: number;
  readonly blocks: number;
  readonly blockSizeBytes: number;
  readonly windowSize: number;
  readonly retransmissions: number;
  readonly duplicates: number;
  readonly errorCode: number;
  readonly roundTripMs: number;
  readonly startedAt: number;
  readonly seenAt: number;
}

export interface EndedTransfer extends SeenTransfer {
  readonly outcome: Outcome;
}

/** A request that was answered with an ERROR. */
export interface RefusedRequest {
  readonly name: string;
  readonly isUpload: boolean;
  readonly errorCode: number;
}

export class RecordingObserver implements Observer {
  readonly startedTransfers: SeenTransfer[] = [];
  readonly endedTransfers: EndedTransfer[] = [];
  readonly refusedRequests: RefusedRequest[] = [];
  progressCount = 0;

  started(transfer: TransferView, now: number): void {
    this.startedTransfers.push(seen(transfer, now));
  }

  progressed(): void {
    this.progressCount++;
  }

  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    this.endedTransfers.push({ ...seen(transfer, now), outcome });
  }

  refused(name: string, isUpload: boolean, errorCode: number): void {
    this.refusedRequests.push({ name, isUpload, errorCode });
  }
}

/** Copies a transfer's state, since the slot is used again. */
function seen(transfer: TransferView, now: number): SeenTransfer {
  return {
    name: transfer.name,
    address: transfer.address,
    port: transfer.port,
    isUpload: transfer.isUpload,
    isNetascii: transfer.isNetascii,
    sizeBytes: transfer.sizeBytes,
    bytes: transfer.bytes,
    blocks: transfer.blocks,
    blockSizeBytes: transfer.blockSizeBytes,
    windowSize: transfer.windowSize,
    retransmissions: transfer.retransmissions,
    duplicates: transfer.duplicates,
    errorCode: transfer.errorCode,
    roundTripMs: transfer.roundTripMs,
    startedAt: transfer.startedAt,
    seenAt: now,
  };
}
