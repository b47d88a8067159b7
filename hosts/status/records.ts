/** Counts and last results of ended transfers. Only ends and refusals are recorded, so that packets cost nothing. */
import {
  type Address,
  ERROR_FILE_NOT_FOUND,
  OUTCOME_COMPLETED,
  type Outcome,
  type TransferView,
} from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { MissingFiles } from "../common/missing-files.js";
import { ERROR_NAMES, OUTCOME_NAMES } from "../common/outcomes.js";
import type { Reason } from "../common/reasons.js";

/** Order in which downloads and uploads are counted. */
export const DIRECTIONS = Object.freeze(["get", "put"] as const);

/** Longest name that is kept, to limit memory. */
const MAX_NAME_CHARACTERS = 200;
const DEFAULT_MAX_RESULTS = 20;

/** An ended transfer. */
export interface Result {
  /** Sequence number, from 1. */
  readonly number: number;
  /** Name of the file, cut after 200 characters. */
  readonly name: string;
  /** Whether the client sent the file. */
  readonly isUpload: boolean;
  /** The client's address. */
  readonly address: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** Bytes of the file transferred. */
  readonly bytes: number;
  /** Messages sent again. */
  readonly retransmissions: number;
  /** Duration in milliseconds. */
  readonly durationMs: number;
  /** Time of the end on the host's clock. */
  readonly endedAt: number;
}

/** A refused request. */
export interface RefusalRecord {
  /** Sequence number, from 1. */
  readonly number: number;
  /** Requested name, cut after 200 characters. */
  readonly name: string;
  /** Whether the client wanted to send the file. */
  readonly isUpload: boolean;
  /** The client's address. */
  readonly address: string;
  /** Error code of RFC 1350 §5. */
  readonly errorCode: number;
  /** Undefined if the host does not know it. */
  readonly reason: Reason | undefined;
  /** Time on the host's clock. */
  readonly refusedAt: number;
}

/** Counts of one direction. */
export class DirectionCounts {
  /** Bytes of files transferred. */
  bytes = 0;
  /** Blocks transferred. */
  blocks = 0;
  /** Messages sent again. */
  retransmissions = 0;
  /** Messages of clients received more than once. */
  duplicates = 0;

  /** Adds a transfer, which may still be running. */
  add(transfer: TransferView): void {
    this.bytes += transfer.bytes;
    this.blocks += transfer.blocks;
    this.retransmissions += transfer.retransmissions;
    this.duplicates += transfer.duplicates;
  }

  /** A copy, which can be added to. */
  copy(): DirectionCounts {
    return Object.assign(new DirectionCounts(), this);
  }
}

/** Counts and last results of one server. */
export class TransferRecords {
  /** Chosen at random, so that a page does not take the numbers after another start for those that it knows. */
  readonly run = Math.random();
  /** Ended transfers: downloads, then uploads. */
  readonly counts = [new DirectionCounts(), new DirectionCounts()] as const;
  /** Last results, newest first. */
  readonly results: Result[] = [];
  /** Last refusals, newest first, without those of missing files. */
  readonly refusals: RefusalRecord[] = [];
  /** Refusals by the code of their reason. */
  readonly reasonCounts = new Map<string, number>();
  /** Files that clients asked for and that are not there. */
  readonly missing: MissingFiles;
  /** Number of files uploaded or removed, over TFTP and on the page. */
  fileChanges = 0;

  private readonly ends = DIRECTIONS.map(() => OUTCOME_NAMES.map(() => 0));
  private readonly refusalCounts = DIRECTIONS.map(() => ERROR_NAMES.map(() => 0));
  private endCount = 0;
  private refusalCount = 0;

  /** @param maxResults results to keep, refusals, and names of missing files; each takes some 300 bytes on a board. */
  constructor(private readonly maxResults = DEFAULT_MAX_RESULTS) {
    this.missing = new MissingFiles(maxResults);
  }

  /**
   * Records the end of a transfer.
   *
   * @param now time on the host's clock.
   */
  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    const direction = transfer.isUpload ? 1 : 0;
    this.counts[direction].add(transfer);
    const ends = this.ends[direction] as number[];
    ends[outcome] = (ends[outcome] ?? 0) + 1;
    if (transfer.isUpload && outcome === OUTCOME_COMPLETED) {
      this.fileChanges++;
    }
    if (outcome === OUTCOME_COMPLETED) {
      this.missing.remove(shownName(transfer.name));
    }
    this.keep(transfer, outcome, now);
  }

  /**
   * Records a request that was answered with an ERROR.
   *
   * @param now time on the host's clock.
   */
  refused(name: string, isUpload: boolean, errorCode: number, address: Address, now: number, reason?: Reason): void {
    if (errorCode === ERROR_FILE_NOT_FOUND && !isUpload) {
      this.missing.add(shownName(name), addressText(address), now);
    } else {
      this.keepRefusal(name, isUpload, errorCode, addressText(address), now, reason);
    }
    const counts = this.refusalCounts[isUpload ? 1 : 0] as number[];
    const code = errorCode < counts.length ? errorCode : 0;
    counts[code] = (counts[code] ?? 0) + 1;
    if (reason !== undefined) {
      this.reasonCounts.set(reason.code, (this.reasonCounts.get(reason.code) ?? 0) + 1);
    }
  }

  /** Number of transfers of a direction (0 for downloads, 1 for uploads) that ended with `outcome`. */
  endedCount(direction: number, outcome: Outcome): number {
    return this.ends[direction]?.[outcome] ?? 0;
  }

  /** Requests of a direction that were refused with an error code of RFC 1350 §5. */
  refusedCount(direction: number, errorCode: number): number {
    return this.refusalCounts[direction]?.[errorCode] ?? 0;
  }

  private keepRefusal(
    name: string,
    isUpload: boolean,
    errorCode: number,
    address: string,
    refusedAt: number,
    reason: Reason | undefined,
  ): void {
    const number = ++this.refusalCount;
    this.refusals.unshift({ number, name: shownName(name), isUpload, address, errorCode, reason, refusedAt });
    if (this.refusals.length > this.maxResults) {
      this.refusals.pop();
    }
  }

  private keep(transfer: TransferView, outcome: Outcome, now: number): void {
    const { isUpload, bytes, retransmissions } = transfer;
    this.results.unshift({
      number: ++this.endCount,
      name: shownName(transfer.name),
      isUpload,
      address: addressText(transfer.address),
      outcome,
      bytes,
      retransmissions,
      durationMs: now - transfer.startedAt,
      endedAt: now,
    });
    if (this.results.length > this.maxResults) {
      this.results.pop();
    }
  }
}

export function shownName(name: string): string {
  return name.length > MAX_NAME_CHARACTERS ? `${name.slice(0, MAX_NAME_CHARACTERS)}…` : name;
}
