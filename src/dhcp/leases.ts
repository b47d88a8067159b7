/**
 * The addresses that the server may give, and the clients that have them: one record for each, all in one buffer.
 *
 * A client is known by its hardware address. RFC 2131 §4.2 prefers the client identifier, but a boot ROM, the loader that it
 * starts and the system after that send three different ones: they would take three addresses of a small range.
 */
import type { Message } from "./message.js";
import { HARDWARE_ETHERNET, MAX_HARDWARE_BYTES } from "./wire.js";

/** An address that is kept for one client. */
export interface FixedAddress {
  /** The client's hardware address, as bytes: six of Ethernet, 1 to 16 of others. */
  hardwareAddress: readonly number[];
  /** In the server's network, within the range or beside it. */
  address: number;
}

/** Never given, or given back. */
export const LEASE_FREE = 0;
/** Offered, and kept for the client for a short time. */
export const LEASE_OFFERED = 1;
/** Given to a client until a certain time. */
export const LEASE_BOUND = 2;
/** Used by another machine, and left alone for a time. */
export const LEASE_DECLINED = 3;

/** Index of a lease that does not exist. */
export const NO_LEASE = -1;
/** Number of a boot rule that does not exist. */
export const NO_RULE = 0xff;

/** A time that does not come. */
const FOREVER = 0x7fffffff;

const AT_ADDRESS = 0;
const AT_STATE = 4;
const AT_RULE = 5;
const AT_HARDWARE_TYPE = 6;
/** 0 until the address has had a client. */
const AT_HARDWARE_LENGTH = 7;
const AT_HARDWARE_ADDRESS = 8;
/** Seconds of the host's clock. */
const AT_UNTIL = AT_HARDWARE_ADDRESS + MAX_HARDWARE_BYTES;
/** Order in which addresses were last used. */
const AT_USED = AT_UNTIL + 4;
const RECORD_BYTES = AT_USED + 4;

export class Leases {
  /** Number of addresses: the fixed ones, then the range. */
  readonly count: number;
  private readonly fixedCount: number;
  readonly records: DataView;
  private uses = 0;

  /** @param fixed addresses that are kept for one client each; `rangeCount` others follow from `first` on. */
  constructor(fixed: readonly FixedAddress[], first: number, rangeCount: number) {
    this.fixedCount = fixed.length;
    this.count = fixed.length + rangeCount;
    this.records = new DataView(new ArrayBuffer(this.count * RECORD_BYTES));
    for (let index = 0; index < this.count; index++) {
      this.setRule(index, NO_RULE);
      const { address, hardwareAddress } = fixed[index] ?? {
        address: first + index - fixed.length,
        hardwareAddress: [],
      };
      const at = index * RECORD_BYTES;
      this.records.setInt32(at + AT_ADDRESS, address);
      this.records.setUint8(at + AT_HARDWARE_TYPE, HARDWARE_ETHERNET);
      this.records.setUint8(at + AT_HARDWARE_LENGTH, hardwareAddress.length);
      for (let byte = 0; byte < hardwareAddress.length; byte++) {
        this.records.setUint8(at + AT_HARDWARE_ADDRESS + byte, hardwareAddress[byte] as number);
      }
      if (this.findAddress(this.addressOf(index)) !== index) {
        // A fixed address within the range is given once only.
        this.hold(index, LEASE_DECLINED, FOREVER);
      }
    }
  }

  isFixed(index: number): boolean {
    return index < this.fixedCount;
  }

  addressOf(index: number): number {
    return this.records.getInt32(index * RECORD_BYTES + AT_ADDRESS);
  }

  stateOf(index: number): number {
    return this.records.getUint8(index * RECORD_BYTES + AT_STATE);
  }

  /** Time at which the state ends, in seconds of the host's clock. */
  untilOf(index: number): number {
    return this.records.getInt32(index * RECORD_BYTES + AT_UNTIL);
  }

  /** Number of the boot rule that the client was told. */
  ruleOf(index: number): number {
    return this.records.getUint8(index * RECORD_BYTES + AT_RULE);
  }

  setRule(index: number, rule: number): void {
    this.records.setUint8(index * RECORD_BYTES + AT_RULE, rule);
  }

  hardwareLengthOf(index: number): number {
    return this.records.getUint8(index * RECORD_BYTES + AT_HARDWARE_LENGTH);
  }

  hardwareTypeOf(index: number): number {
    return this.records.getUint8(index * RECORD_BYTES + AT_HARDWARE_TYPE);
  }

  /** Index within `records` of the hardware address of the client that has the address, or had it last. */
  hardwareStartOf(index: number): number {
    return index * RECORD_BYTES + AT_HARDWARE_ADDRESS;
  }

  /** Index of the lease of an address, or {@link NO_LEASE}. */
  findAddress(address: number): number {
    for (let index = 0; index < this.count; index++) {
      if (this.addressOf(index) === address) {
        return index;
      }
    }
    return NO_LEASE;
  }

  /** Index of the address that the sender has or had, or that is kept for it; or {@link NO_LEASE}. */
  findClient(message: Message): number {
    for (let index = 0; index < this.count; index++) {
      if (this.isClient(index, message)) {
        return index;
      }
    }
    return NO_LEASE;
  }

  /** Whether the sender is the client that has the address, had it last, or for which it is kept. */
  isClient(index: number, message: Message): boolean {
    const at = index * RECORD_BYTES;
    const length = this.records.getUint8(at + AT_HARDWARE_LENGTH);
    if (length !== message.hardwareLength || this.records.getUint8(at + AT_HARDWARE_TYPE) !== message.hardwareType) {
      return false;
    }
    for (let byte = 0; byte < length; byte++) {
      if (this.records.getUint8(at + AT_HARDWARE_ADDRESS + byte) !== message.hardwareAddress.getUint8(byte)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the address may be given to any client: it is in the range, and no state holds it at the moment. */
  isAvailable(index: number, nowSeconds: number): boolean {
    return !this.isFixed(index) && !this.isHeld(index, nowSeconds);
  }

  /** Whether the address is offered, bound or declined at the moment. */
  isHeld(index: number, nowSeconds: number): boolean {
    return this.stateOf(index) !== LEASE_FREE && this.untilOf(index) - nowSeconds > 0;
  }

  /** The available address whose last use is the longest ago, unused ones first; or {@link NO_LEASE}. */
  findOldest(nowSeconds: number): number {
    let oldest = NO_LEASE;
    let oldestUse = 0;
    for (let index = this.fixedCount; index < this.count; index++) {
      const use = this.records.getInt32(index * RECORD_BYTES + AT_USED);
      if (this.isAvailable(index, nowSeconds) && (oldest === NO_LEASE || use < oldestUse)) {
        oldest = index;
        oldestUse = use;
      }
    }
    return oldest;
  }

  /** Gives the address to the sender, which has no other then, in `state` and until a time. */
  assign(index: number, message: Message, state: number, untilSeconds: number): void {
    const at = index * RECORD_BYTES;
    for (let former = this.fixedCount; former < this.count; former++) {
      if (former !== index && this.isClient(former, message)) {
        this.forget(former);
      }
    }
    if (!this.isClient(index, message)) {
      this.setRule(index, NO_RULE);
    }
    this.records.setUint8(at + AT_HARDWARE_TYPE, message.hardwareType);
    this.records.setUint8(at + AT_HARDWARE_LENGTH, message.hardwareLength);
    for (let byte = 0; byte < MAX_HARDWARE_BYTES; byte++) {
      this.records.setUint8(at + AT_HARDWARE_ADDRESS + byte, message.hardwareAddress.getUint8(byte));
    }
    this.hold(index, state, untilSeconds);
  }

  /** Changes the state of an address, which keeps its last client. */
  hold(index: number, state: number, untilSeconds: number): void {
    const at = index * RECORD_BYTES;
    this.records.setUint8(at + AT_STATE, state);
    this.records.setInt32(at + AT_UNTIL, untilSeconds);
    this.records.setInt32(at + AT_USED, ++this.uses);
  }

  /** Leaves the address alone until a time. Its client is to look for another. */
  decline(index: number, untilSeconds: number): void {
    if (!this.isFixed(index)) {
      this.forget(index);
    }
    this.hold(index, LEASE_DECLINED, untilSeconds);
  }

  /** Ends the state of an address. Other clients get it only when no unused address is left. */
  free(index: number): void {
    this.records.setUint8(index * RECORD_BYTES + AT_STATE, LEASE_FREE);
  }

  private forget(index: number): void {
    this.records.setUint8(index * RECORD_BYTES + AT_HARDWARE_LENGTH, 0);
    this.setRule(index, NO_RULE);
    this.free(index);
  }
}
