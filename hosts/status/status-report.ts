/** The status of the server, as an object for JSON. */
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED, type TransferView } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import type { Catalogue } from "../common/catalogue.js";
import { ERROR_NAMES, errorName, outcomeName, SERVER_OUTCOMES } from "../common/outcomes.js";
import type { RuleUse } from "../common/rule-use.js";
import type { AddressSource } from "./address-source.js";
import {
  DIRECTIONS,
  type DirectionCounts,
  type RefusalRecord,
  type Result,
  shownName,
  type TransferRecords,
} from "./records.js";
import { nameInWords, shownReason } from "./shown-reason.js";
import type { StatusSource } from "./source.js";

/** More transfers than a person reads; the others are counted, and shown when asked for. */
export const MAX_SHOWN_TRANSFERS = 50;

/** Outcomes with the whole file at its receiver. */
const SUCCESSES: readonly number[] = Object.freeze([OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED]);

export interface ReportedTransfer {
  /** Identifies the transfer while it runs. */
  readonly key: string;
  readonly name: string;
  readonly direction: string;
  readonly address: string;
  readonly port: number;
  /** Bytes of the file transferred. */
  readonly bytes: number;
  /** -1 if unknown. */
  readonly sizeBytes: number;
  readonly windowSize: number;
  readonly retransmissions: number;
  /** -1 if not measured. */
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

export interface ReportedRefusal {
  readonly number: number;
  readonly name: string;
  readonly direction: string;
  readonly address: string;
  /** Stable name of the reason; of the error where the host knows no reason. */
  readonly code: string;
  /** The reason in words. */
  readonly reason: string;
  readonly refusedMsAgo: number;
}

export interface ReportedMissing {
  readonly name: string;
  /** The client that asked last. */
  readonly address: string;
  /** Requests for it. */
  readonly count: number;
  readonly askedMsAgo: number;
}

export interface StatusReport {
  readonly name: string;
  readonly version: string;
  /** Chosen at random at each start: counts and numbers begin again with it. */
  readonly run: number;
  readonly uptimeMs: number;
  /** Time after which the page should ask again. */
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
    readonly failed: number;
    readonly refused: number;
    readonly unanswered: number;
    readonly bytesSent: number;
    readonly bytesReceived: number;
    readonly retransmissions: number;
    readonly duplicates: number;
  };
  /** Changes when files are uploaded or removed. */
  readonly fileChanges: number;
  readonly transfers: readonly ReportedTransfer[];
  readonly results: readonly ReportedResult[];
  /** Last refusals, newest first, without those of missing files. */
  readonly refusals: readonly ReportedRefusal[];
  /** Files that clients asked for last and that are not there, the last one first. */
  readonly missing: readonly ReportedMissing[];
  /** Undefined if this server gives no addresses. */
  readonly dhcp: AddressSource | undefined;
  /** How often each rule for names was used. Undefined if this server has no rules. */
  readonly rules: readonly RuleUse[] | undefined;
}

/** Description of a server by its host. */
export interface SiteDescription {
  /** Title of the page. */
  readonly name: string;
  /** Addresses for TFTP clients, as `192.168.4.1:69`. */
  readonly addresses: readonly string[];
  readonly startedAt: number;
  readonly askAgainMs: number;
  /** Undefined if the host gives no addresses. */
  readonly dhcp?: AddressSource | undefined;
  /** Undefined if the host has no rules for names. */
  readonly rules?: readonly RuleUse[] | undefined;
  /** Further metrics, of the host alone. */
  readonly metrics?: string;
}

/** Counts by direction. They include running transfers, so that they never decrease when these end. */
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
  maxTransfers: number,
): StatusReport {
  const now = source.now();
  return {
    name: site.name,
    version,
    run: records.run,
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
    transfers: reportedTransfers(source, now, maxTransfers),
    results: records.results.map((result) => reportedResult(result, now)),
    refusals: records.refusals.map((refusal) => reportedRefusal(refusal, now)),
    missing: records.missing.newestFirst.map(({ name, address, count, askedAt }) => {
      return { name, address, count, askedMsAgo: now - askedAt };
    }),
    dhcp: site.dhcp && reportedAddresses(site.dhcp),
    rules: site.rules,
  };
}

/** A copy without what else the source has. */
function reportedAddresses({ isServing, otherServer, clients }: AddressSource): AddressSource {
  return { isServing, otherServer, clients };
}

function reportedCounts(source: StatusSource, records: TransferRecords): StatusReport["counts"] {
  const [sent, received] = countsWithRunning(source, records) as [DirectionCounts, DirectionCounts];
  let completed = 0;
  let failed = 0;
  let refused = 0;
  DIRECTIONS.forEach((_name, direction) => {
    SERVER_OUTCOMES.forEach((outcome) => {
      const count = records.endedCount(direction, outcome);
      if (SUCCESSES.includes(outcome)) {
        completed += count;
      } else {
        failed += count;
      }
    });
    ERROR_NAMES.forEach((_error, code) => {
      refused += records.refusedCount(direction, code);
    });
  });
  return {
    completed,
    failed,
    refused,
    unanswered: source.unansweredRequests,
    bytesSent: sent.bytes,
    bytesReceived: received.bytes,
    retransmissions: sent.retransmissions + received.retransmissions,
    duplicates: sent.duplicates + received.duplicates,
  };
}

function reportedTransfers(source: StatusSource, now: number, maxTransfers: number): ReportedTransfer[] {
  const transfers: ReportedTransfer[] = [];
  source.visitRunning((transfer) => {
    if (transfers.length < maxTransfers) {
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

function reportedRefusal(refusal: RefusalRecord, now: number): ReportedRefusal {
  const { reason } = refusal;
  const code = reason?.code ?? errorName(refusal.errorCode);
  return {
    number: refusal.number,
    name: refusal.name,
    direction: directionOf(refusal),
    address: refusal.address,
    code,
    reason: reason === undefined ? nameInWords(code) : shownReason(reason),
    refusedMsAgo: now - refusal.refusedAt,
  };
}

function directionOf({ isUpload }: { isUpload: boolean }): string {
  return DIRECTIONS[isUpload ? 1 : 0];
}
