/**
 * Which requests are answered and may have a slot, and which running transfer makes room for them. Requests can be forged,
 * and cost their sender nothing: without this, as many as there are slots keep every client out until all are given up.
 */
import type { Address } from "./host.js";
import type { ServerLockstep } from "./server-lockstep.js";
import { FLAG_ANSWERED, type Transfer } from "./transfer.js";

/** A transfer that its client has not answered for this long makes room. By then its DATA was sent three times. */
const UNANSWERED_MS = 2000;
/** A transfer without progress for this long makes room, if its client has more than its share of the slots. */
const SILENT_MS = 4000;
/** A client has more than its share with more than the pool's size divided by this. */
const SHARES = 4;
/** Clients whose shares are counted in one search, each by a look at every slot. */
const MAX_COUNTED = 4;
/** After a search without a result the next one waits, so that a flood does not search a large pool again and again. */
const SEARCH_AGAIN_MS = 200;

const MS_PER_SECOND = 1000;

/** Addresses whose answers are counted at once, at most. */
const MAX_COUNTED_ADDRESSES = 64;
/** Differs from every address that was counted. */
const NO_ADDRESS = "";

/**
 * Limits the answers to peers that have not shown that their address is real: the answers to requests in a victim's name go to
 * the victim, and a limit makes the server useless for such a flood.
 *
 * A token bucket that holds the answers of one second, in thousandths so that all numbers stay integers.
 */
class AnswerLimit {
  /** The address that it counts for; unused in the limit of all. */
  address: Address = NO_ADDRESS;
  /** Time of the last request for a token. */
  filledAt = 0;
  private tokens = 0;

  /**
   * @param perSecond answers per second.
   */
  constructor(private readonly perSecond: number) {
    this.fill();
  }

  fill(): void {
    this.tokens = this.perSecond * MS_PER_SECOND;
  }

  /** Takes a token for one answer. Returns false if none is left. */
  take(now: number): boolean {
    const elapsedMs = now - this.filledAt;
    this.filledAt = now;
    if (elapsedMs >= MS_PER_SECOND) {
      this.fill();
    } else if (elapsedMs > 0) {
      this.tokens = Math.min(this.tokens + elapsedMs * this.perSecond, this.perSecond * MS_PER_SECOND);
    }
    if (this.tokens < MS_PER_SECOND) {
      return false;
    }
    this.tokens -= MS_PER_SECOND;
    return true;
  }
}

export class Admission {
  /**
   * A limit for each of the addresses that asked last, so that one client cannot use up the answers of all. As many as there are
   * transfers: a small pool comes with little memory.
   */
  private readonly limits: readonly AnswerLimit[] | null;
  private readonly commonLimit: AnswerLimit | null;
  /** Time of the last search without a result. */
  private searchedAt = Number.NEGATIVE_INFINITY;
  /** Slot at which the next search for a silent transfer begins. */
  private hand = 0;

  constructor(private readonly lockstep: ServerLockstep) {
    const settings = lockstep.settings;
    const perAddress = settings.maxAnswersPerSecondPerAddress;
    const perSecond = settings.maxAnswersPerSecond;
    const length = Math.min(settings.maxTransfers, MAX_COUNTED_ADDRESSES);
    this.limits = perAddress === 0 ? null : Array.from({ length }, () => new AnswerLimit(perAddress));
    this.commonLimit = perSecond === 0 ? null : new AnswerLimit(perSecond);
  }

  /**
   * Whether a request or a stranger may have an answer, which counts it. The limit of the address comes first, so that a flood
   * from one leaves the common one to others.
   */
  mayAnswer(address: Address, now: number): boolean {
    return (
      (this.limits === null || limitOf(this.limits, address).take(now)) &&
      (this.commonLimit === null || this.commonLimit.take(now))
    );
  }

  /** Whether `address` has as many transfers as one address may have. */
  hasTooMany(address: Address): boolean {
    const slots = this.lockstep.transfers.slots;
    const { maxUnansweredPerAddress, maxTransfersPerAddress } = this.lockstep.settings;
    return (
      (maxUnansweredPerAddress < slots.length && countOf(slots, address, FLAG_ANSWERED) >= maxUnansweredPerAddress) ||
      (maxTransfersPerAddress < slots.length && countOf(slots, address, 0) >= maxTransfersPerAddress)
    );
  }

  /** Ends a transfer for a request that lacks something else than a slot, such as a port. Returns false if there is none. */
  makeRoom(address: Address, now: number): boolean {
    const yielding = this.findYielding(address, now);
    if (yielding !== null) {
      this.lockstep.giveUp(yielding, now);
    }
    return yielding !== null;
  }

  /**
   * Returns the transfer that makes room for a request from `address`, or null. First the one that has waited longest for its
   * first answer, then one that has become silent, of a client with more than its share.
   */
  findYielding(address: Address, now: number): Transfer | null {
    const sinceSearch = now - this.searchedAt;
    if (sinceSearch >= 0 && sinceSearch < SEARCH_AGAIN_MS) {
      return null;
    }
    const found = this.findUnanswered(now) ?? this.findSilent(address, now);
    this.searchedAt = found === null ? now : Number.NEGATIVE_INFINITY;
    return found;
  }

  private findUnanswered(now: number): Transfer | null {
    const slots = this.lockstep.transfers.slots;
    let longest: Transfer | null = null;
    let earliest = now - UNANSWERED_MS + 1;
    for (let slot = 0; slot < slots.length; slot++) {
      const transfer = slots[slot] as Transfer;
      if (transfer.startedAt < earliest && transfer.isRunning && !(transfer.flags & FLAG_ANSWERED)) {
        longest = transfer;
        earliest = transfer.startedAt;
      }
    }
    return longest;
  }

  private findSilent(address: Address, now: number): Transfer | null {
    const slots = this.lockstep.transfers.slots;
    let counted = 0;
    for (let looked = 0; looked < slots.length && counted < MAX_COUNTED; looked++) {
      this.hand = (this.hand + 1) % slots.length;
      const transfer = slots[this.hand] as Transfer;
      if (transfer.isRunning && now - transfer.progressAt >= SILENT_MS && transfer.address !== address) {
        counted++;
        if (countOf(slots, transfer.address, 0) > slots.length / SHARES) {
          return transfer;
        }
      }
    }
    return null;
  }
}

/** Counts the running transfers of `address` that have none of `flags`. */
function countOf(slots: readonly Transfer[], address: Address, flags: number): number {
  let count = 0;
  for (let slot = 0; slot < slots.length; slot++) {
    const transfer = slots[slot] as Transfer;
    if (transfer.isRunning && !(transfer.flags & flags) && transfer.address === address) {
      count++;
    }
  }
  return count;
}

/** Returns the limit of `address`: its own, or that of the address which has not asked for the longest time. */
function limitOf(limits: readonly AnswerLimit[], address: Address): AnswerLimit {
  let idlest = limits[0] as AnswerLimit;
  for (let index = 0; index < limits.length; index++) {
    const limit = limits[index] as AnswerLimit;
    if (limit.address === address) {
      return limit;
    }
    if (limit.filledAt < idlest.filledAt) {
      idlest = limit;
    }
  }
  idlest.address = address;
  idlest.fill();
  return idlest;
}
