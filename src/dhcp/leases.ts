/**
 * The addresses that the server may give, and the clients that have them: one record for each.
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
  /** The name that the client is told (option 12), 1 to 63 characters of ASCII. Default: none. */
  hostName?: string;
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
/** The host's, see {@link LeaseView.mark}. */
const AT_MARK = AT_UNTIL + 4;
export const LEASE_BYTES = AT_MARK + 1;

export class Leases {
  /** Number of addresses: the fixed ones, then the range. */
  readonly count: number;
  private readonly fixedCount: number;

  /** @param fixed addresses that are kept for one client each; `rangeCount` others follow from `first` on. */
  constructor(
    /** The server's buffer, with the records from `start` on. */
    readonly view: DataView,
    private readonly start: number,
    fixed: readonly FixedAddress[],
    first: number,
    rangeCount: number,
  ) {
    this.fixedCount = fixed.length;
    this.count = fixed.length + rangeCount;
    for (let index = 0; index < this.count; index++) {
      const { address, hardwareAddress } = fixed[index] ?? {
        address: first + index - fixed.length,
        hardwareAddress: [],
      };
      this.make(index, address, hardwareAddress);
    }
  }

  private make(index: number, address: number, hardwareAddress: readonly number[]): void {
    const { view } = this;
    const at = this.at(index);
    view.setInt32(at + AT_ADDRESS, address);
    view.setUint8(at + AT_HARDWARE_TYPE, HARDWARE_ETHERNET);
    view.setUint8(at + AT_HARDWARE_LENGTH, hardwareAddress.length);
    for (let byte = 0; byte < hardwareAddress.length; byte++) {
      view.setUint8(at + AT_HARDWARE_ADDRESS + byte, hardwareAddress[byte] as number);
    }
    this.setRule(index, NO_RULE);
    // An address that was never given has been free for longer than any other.
    this.hold(index, LEASE_FREE, -FOREVER);
    if (this.findAddress(address | 0) !== index) {
      // A fixed address within the range is given once only.
      this.hold(index, LEASE_DECLINED, FOREVER);
    }
  }

  isFixed(index: number): boolean {
    return index < this.fixedCount;
  }

  addressOf(index: number): number {
    return this.view.getInt32(this.at(index) + AT_ADDRESS);
  }

  stateOf(index: number): number {
    return this.view.getUint8(this.at(index) + AT_STATE);
  }

  /** Time at which the state ends or has ended, in seconds of the host's clock. */
  untilOf(index: number): number {
    return this.view.getInt32(this.at(index) + AT_UNTIL);
  }

  /** Number of the boot rule that the client was told. */
  ruleOf(index: number): number {
    return this.view.getUint8(this.at(index) + AT_RULE);
  }

  setRule(index: number, rule: number): void {
    if (rule !== this.ruleOf(index)) {
      this.view.setUint8(this.at(index) + AT_RULE, rule);
      this.setMark(index, 0);
    }
  }

  markOf(index: number): number {
    return this.view.getUint8(this.at(index) + AT_MARK);
  }

  setMark(index: number, mark: number): void {
    this.view.setUint8(this.at(index) + AT_MARK, mark);
  }

  hardwareLengthOf(index: number): number {
    return this.view.getUint8(this.at(index) + AT_HARDWARE_LENGTH);
  }

  hardwareTypeOf(index: number): number {
    return this.view.getUint8(this.at(index) + AT_HARDWARE_TYPE);
  }

  /** Index within `view` of the hardware address of the client that has the address, or had it last. */
  hardwareStartOf(index: number): number {
    return this.at(index) + AT_HARDWARE_ADDRESS;
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
    const { view } = this;
    const at = this.at(index);
    const length = view.getUint8(at + AT_HARDWARE_LENGTH);
    if (length !== message.hardwareLength || view.getUint8(at + AT_HARDWARE_TYPE) !== message.hardwareType) {
      return false;
    }
    for (let byte = 0; byte < length; byte++) {
      if (view.getUint8(at + AT_HARDWARE_ADDRESS + byte) !== message.hardwareByte(byte)) {
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

  /** The available address that has been free for the longest time, unused ones first; or {@link NO_LEASE}. */
  findOldest(nowSeconds: number): number {
    let oldest = NO_LEASE;
    for (let index = this.fixedCount; index < this.count; index++) {
      if (this.isAvailable(index, nowSeconds) && (oldest === NO_LEASE || this.untilOf(index) < this.untilOf(oldest))) {
        oldest = index;
      }
    }
    return oldest;
  }

  /** Gives the address to the sender, which has no other then, in `state` and for some time. */
  assign(index: number, message: Message, state: number, nowSeconds: number, seconds: number): void {
    for (let former = this.fixedCount; former < this.count; former++) {
      if (former !== index && this.isClient(former, message)) {
        this.forget(former, nowSeconds);
      }
    }
    if (!this.isClient(index, message)) {
      this.setRule(index, NO_RULE);
      this.setMark(index, 0);
    }
    const { view } = this;
    const at = this.at(index);
    view.setUint8(at + AT_HARDWARE_TYPE, message.hardwareType);
    view.setUint8(at + AT_HARDWARE_LENGTH, message.hardwareLength);
    for (let byte = 0; byte < message.hardwareLength; byte++) {
      view.setUint8(at + AT_HARDWARE_ADDRESS + byte, message.hardwareByte(byte));
    }
    this.hold(index, state, nowSeconds + seconds);
  }

  /** Leaves the address alone until a time. Its client is to look for another. */
  decline(index: number, nowSeconds: number, seconds: number): void {
    if (!this.isFixed(index)) {
      this.forget(index, nowSeconds);
    }
    this.hold(index, LEASE_DECLINED, nowSeconds + seconds);
  }

  /** Ends the state of an address. Other clients get it only when no unused address is left. */
  free(index: number, nowSeconds: number): void {
    this.setMark(index, 0);
    this.hold(index, LEASE_FREE, nowSeconds);
  }

  private forget(index: number, nowSeconds: number): void {
    this.view.setUint8(this.at(index) + AT_HARDWARE_LENGTH, 0);
    this.setRule(index, NO_RULE);
    this.free(index, nowSeconds);
  }

  /** Changes the state of an address, which keeps its last client. */
  private hold(index: number, state: number, untilSeconds: number): void {
    const at = this.at(index);
    this.view.setUint8(at + AT_STATE, state);
    this.view.setInt32(at + AT_UNTIL, untilSeconds);
  }

  private at(index: number): number {
    return this.start + index * LEASE_BYTES;
  }
}
