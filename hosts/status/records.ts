/**
 * What is remembered of transfers that are over: counts, and the last results. It hears of ends and refusals only, so
 * that it costs nothing while packets flow.
 */
import { OUTCOME_COMPLETED, type Outcome, type TransferView } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { ERROR_NAMES, OUTCOME_NAMES } from "../common/outcomes.js";

/** Downloads and uploads are counted apart; this is their order. */
export const DIRECTIONS = ["get", "put"] as const;

/** A name from the wire is shown up to here, so that long ones take no memory. */
const MAX_NAME_CHARACTERS = 200;
const DEFAULT_MAX_RESULTS = 20;

/** A transfer that is over. */
export interface Result {
  /** Counted from 1. */
  readonly number: number;
  /** The file's name, cut where it is very long. */
  readonly name: string;
  /** Whether the client sent the file. */
  readonly isUpload: boolean;
  /** The client's address. */
  readonly address: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** Bytes of the file that got through. */
  readonly bytes: number;
  /** Messages that were sent again. */
  readonly retransmissions: number;
  /** How long it took. */
  readonly durationMs: number;
  /** In the host's time. */
  readonly endedAt: number;
}

/** What is counted for each direction. */
export class DirectionCounts {
  /** Bytes of files that got through. */
  bytes = 0;
  /** Blocks that got through. */
  blocks = 0;
  /** Messages that were sent again. */
  retransmissions = 0;
  /** Messages of clients that had been received before. */
  duplicates = 0;

  /** Counts a transfer as far as it has come. */
  add(transfer: TransferView): void {
    this.bytes += transfer.bytes;
    this.blocks += transfer.blocks;
    this.retransmissions += transfer.retransmissions;
    this.duplicates += transfer.duplicates;
  }

  /** The same counts, to be added to. */
  copy(): DirectionCounts {
    return Object.assign(new DirectionCounts(), this);
  }
}

/** Counts, and the last results, of one server. */
export class TransferRecords {
  /** Of transfers that are over: of downloads, then of uploads. */
  readonly counts = [new DirectionCounts(), new DirectionCounts()] as const;
  /** The last ones, the newest first. */
  readonly results: Result[] = [];
  /** How often files were put or removed, be it over TFTP or on the page. */
  fileChanges = 0;

  private readonly ends = DIRECTIONS.map(() => OUTCOME_NAMES.map(() => 0));
  private readonly refusals = DIRECTIONS.map(() => ERROR_NAMES.map(() => 0));
  private endCount = 0;

  /**
   * @param maxResults how many results are kept; each takes some 300 bytes on a board.
   */
  constructor(private readonly maxResults = DEFAULT_MAX_RESULTS) {}

  /**
   * A transfer is over.
   *
   * @param now the host's time.
   */
  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    const direction = transfer.isUpload ? 1 : 0;
    this.counts[direction].add(transfer);
    const ends = this.ends[direction] as number[];
    ends[outcome] = (ends[outcome] ?? 0) + 1;
    if (transfer.isUpload && outcome === OUTCOME_COMPLETED) {
      this.fileChanges++;
    }
    this.keep(transfer, outcome, now);
  }

  /** A request was answered with an ERROR. */
  refused(isUpload: boolean, errorCode: number): void {
    const refusals = this.refusals[isUpload ? 1 : 0] as number[];
    const code = errorCode < refusals.length ? errorCode : 0;
    refusals[code] = (refusals[code] ?? 0) + 1;
  }

  /** Number of transfers of a direction (0 for downloads, 1 for uploads) that ended with `outcome`. */
  endedCount(direction: number, outcome: Outcome): number {
    return this.ends[direction]?.[outcome] ?? 0;
  }

  /** How many requests of a direction were refused with an error code of RFC 1350 §5. */
  refusedCount(direction: number, errorCode: number): number {
    return this.refusals[direction]?.[errorCode] ?? 0;
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
