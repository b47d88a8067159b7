/** The data behind the page: how the server does, as an object to be sent as JSON. */
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED, type TransferView } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import type { Catalogue } from "../common/catalogue.js";
import { ERROR_NAMES, outcomeName, SERVER_OUTCOMES } from "../common/outcomes.js";
import { DIRECTIONS, type DirectionCounts, type Result, shownName, type TransferRecords } from "./records.js";
import type { StatusSource } from "./source.js";

/** More transfers than a person looks through; the others are counted. */
const MAX_SHOWN_TRANSFERS = 50;

/** Ends with the whole file at its receiver. */
const SUCCESSES: readonly number[] = [OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED];

export interface ReportedTransfer {
  /** Stays the same while the transfer runs, and is nobody else's then. */
  readonly key: string;
  readonly name: string;
  readonly direction: string;
  readonly address: string;
  readonly port: number;
  /** What is through. */
  readonly bytes: number;
  /** -1 where it is not known. */
  readonly sizeBytes: number;
  readonly windowSize: number;
  readonly retransmissions: number;
  /** -1 where none was measured. */
  readonly roundTripMs: number;
  readonly durationMs: number;
}

export interface ReportedResult {
  readonly number: number;
  readonly name: string;
  readonly direction: string;
  readonly address: string;
  readonly outcome: string;
  readonly isSuccess: boolean;
  readonly bytes: number;
  readonly retransmissions: number;
  readonly durationMs: number;
  readonly endedMsAgo: number;
}

export interface StatusReport {
  readonly name: string;
  readonly version: string;
  readonly uptimeMs: number;
  /** How long the page should wait before it asks again. */
  readonly askAgainMs: number;
  readonly addresses: readonly string[];
  readonly mayWrite: boolean;
  readonly mayOverwrite: boolean;
  /** -1 for no limit. */
  readonly maxSizeBytes: number;
  readonly maxTransfers: number;
  readonly running: number;
  /** Since the start, running transfers included. */
  readonly counts: {
    readonly completed: number;
    readonly endedOtherwise: number;
    readonly refused: number;
    readonly unanswered: number;
    readonly bytesSent: number;
    readonly bytesReceived: number;
    readonly retransmissions: number;
    readonly duplicates: number;
  };
  /** Another number than before says that files were put or removed. */
  readonly fileChanges: number;
  readonly transfers: readonly ReportedTransfer[];
  readonly results: readonly ReportedResult[];
}

/** What a host says of itself. */
export interface SiteDescription {
  /** What the page is called. */
  readonly name: string;
  /** Where TFTP clients reach the server, as `192.168.4.1:69`. */
  readonly addresses: readonly string[];
  readonly startedAt: number;
  readonly askAgainMs: number;
}

/** Counts by direction, running transfers included: what a collector of metrics expects never goes back. */
export function countsWithRunning(source: StatusSource, records: TransferRecords): readonly DirectionCounts[] {
  const counts = records.counts.map((count) => count.copy());
  source.visitRunning((transfer) => counts[transfer.isUpload ? 1 : 0]?.add(transfer));
  return counts;
}

export function statusReport(
  source: StatusSource,
  records: TransferRecords,
  catalogue: Catalogue | undefined,
  site: SiteDescription,
  version: string,
): StatusReport {
  const now = source.now();
  return {
    name: site.name,
    version,
    uptimeMs: now - site.startedAt,
    askAgainMs: site.askAgainMs,
    addresses: site.addresses,
    mayWrite: catalogue?.mayWrite ?? false,
    mayOverwrite: catalogue?.mayOverwrite ?? false,
    maxSizeBytes: source.maxSizeBytes === Number.MAX_SAFE_INTEGER ? -1 : source.maxSizeBytes,
    maxTransfers: source.maxTransfers,
    running: source.running,
    counts: reportedCounts(source, records),
    fileChanges: records.fileChanges,
    transfers: reportedTransfers(source, now),
    results: records.results.map((result) => reportedResult(result, now)),
  };
}

function reportedCounts(source: StatusSource, records: TransferRecords): StatusReport["counts"] {
  const [sent, received] = countsWithRunning(source, records) as [DirectionCounts, DirectionCounts];
  let completed = 0;
  let endedOtherwise = 0;
  let refused = 0;
  DIRECTIONS.forEach((_name, direction) => {
    SERVER_OUTCOMES.forEach((outcome) => {
      const count = records.endedCount(direction, outcome);
      if (SUCCESSES.includes(outcome)) {
        completed += count;
      } else {
        endedOtherwise += count;
      }
    });
    ERROR_NAMES.forEach((_error, code) => {
      refused += records.refusedCount(direction, code);
    });
  });
  return {
    completed,
    endedOtherwise,
    refused,
    unanswered: source.unansweredRequests,
    bytesSent: sent.bytes,
    bytesReceived: received.bytes,
    retransmissions: sent.retransmissions + received.retransmissions,
    duplicates: sent.duplicates + received.duplicates,
  };
}

function reportedTransfers(source: StatusSource, now: number): ReportedTransfer[] {
  const transfers: ReportedTransfer[] = [];
  source.visitRunning((transfer) => {
    if (transfers.length < MAX_SHOWN_TRANSFERS) {
      transfers.push(reportedTransfer(transfer, now));
    }
  });
  return transfers;
}

function reportedTransfer(transfer: TransferView, now: number): ReportedTransfer {
  return {
    key: `${transfer.slot}.${transfer.startedAt}`,
    name: shownName(transfer.name),
    direction: directionOf(transfer),
    address: addressText(transfer.address),
    port: transfer.port,
    bytes: transfer.bytes,
    sizeBytes: transfer.sizeBytes,
    windowSize: transfer.windowSize,
    retransmissions: transfer.retransmissions,
    roundTripMs: transfer.roundTripMs,
    durationMs: now - transfer.startedAt,
  };
}

function reportedResult(result: Result, now: number): ReportedResult {
  return {
    number: result.number,
    name: result.name,
    direction: directionOf(result),
    address: result.address,
    outcome: outcomeName(result.outcome),
    isSuccess: SUCCESSES.includes(result.outcome),
    bytes: result.bytes,
    retransmissions: result.retransmissions,
    durationMs: result.durationMs,
    endedMsAgo: now - result.endedAt,
  };
}

function directionOf({ isUpload }: { isUpload: boolean }): string {
  return DIRECTIONS[isUpload ? 1 : 0];
}
