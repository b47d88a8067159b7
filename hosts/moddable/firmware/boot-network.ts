/**
 * The board as a whole network: addresses and boot files from the firmware (`lockstep-tftp/firmware-dhcp`). A module apart,
 * which is loaded only with the setting `dhcp`: a board that only serves files carries none of it.
 */
import type { DhcpObserver, LeaseView } from "../../../src/dhcp/index.js";
import { addressText } from "../../common/address-text.js";
import { leaseOf } from "../../common/dhcp-lease.js";
import { bitsOf, engineOptions, randomBits } from "../../common/dhcp-options.js";
import type { ErrorListener } from "../../common/error-listener.js";
import { isToldFile } from "../../common/told-file.js";
import type { AddressedClient, AddressSource, BootState } from "../../status/address-source.js";
import { DhcpHost } from "../dhcp-host.js";
import { ownedTimer, type TimerOwner } from "../timer.js";
import type { UDPConstructor } from "../udp.js";
import { bootSettings } from "./boot-settings.js";
import { type Config, text } from "./settings.js";
import type { Speaker } from "./timers.js";

/**
 * How far a client has come, as the mark of its lease: 0 before it is told anything, then the seconds that it has left to ask
 * for its file. Loaders ask within seconds; some count down before that.
 */
const MARK_PATIENCE = 30;
const MARK_OVERDUE = 31;
/** It has asked for a file, for another than its own, been refused its own, or fetched it. */
const MARK_ASKED = 32;
const MARK_ELSEWHERE = 33;
const MARK_REFUSED = 34;
const MARK_FETCHED = 35;
/** It was told no file. */
const MARK_UNTOLD = 36;
const STATES: readonly BootState[] = Object.freeze(["asked", "elsewhere", "refused", "fetched", "untold"]);

/** Lines about clients in a second. A line takes some 7 ms on a serial port, and a flood would make one for each message. */
const MAX_LINES = 10;
const SECOND_MS = 1000;
const NO_SERVER = "";
const NO_FILE = "";

/** Where the board listens. */
export interface BootListening {
  readonly io: UDPConstructor;
  readonly address: string;
  /** 0 if the board has its address from another server. */
  readonly netmaskBits: number;
  /** Of the TFTP server. */
  readonly buffer: DataView | null;
}

/** The board's DHCP server, with its lines on the console. */
export default class BootNetwork implements AddressSource, DhcpObserver, ErrorListener, TimerOwner {
  /** Address of another DHCP server, because of which this one is silent; empty otherwise. */
  otherServer = NO_SERVER;
  private host: DhcpHost | null = null;
  private speaker: Speaker | null = null;
  /** Said about clients within the present second. */
  private lines = 0;
  private isCounting = false;

  /**
   * @param config `config` of the manifests, with the words of mcconfig. It is in flash, so what it says is not kept.
   * @throws RangeError that names the wrong setting and says what to write instead.
   */
  constructor(private readonly config: Config) {
    bootSettings(config);
  }

  get isServing(): boolean {
    return this.host?.engine.isServing ?? false;
  }

  get clients(): readonly AddressedClient[] {
    const clients: AddressedClient[] = [];
    this.host?.engine.visitLeases((lease) => {
      if (lease.isBound) {
        clients.push({ ...leaseOf(lease), state: stateOf(lease.mark), askedFile: NO_FILE });
      }
    }, this.host.now());
    return clients;
  }

  /** Starts the server. If that fails, the console says why, and files are served without it. */
  start({ io, address, netmaskBits, buffer }: BootListening, speaker: Speaker): void {
    this.speaker = speaker;
    try {
      if (netmaskBits === 0) {
        throw new Error("the board has no fixed address; set address, such as address=192.168.0.66");
      }
      const options = bootSettings(this.config);
      const checked = engineOptions(options, bitsOf("address", address), netmaskBits, randomBits());
      this.host = new DhcpHost({ io, address, buffer }, checked, this);
      this.say(`looking for other servers at ${address} for 6 s`);
    } catch (error) {
      this.say(`cannot start: ${(error as Error).message}`);
    }
  }

  say(line: string): void {
    this.speaker?.say(`DHCP: ${line}`);
  }

  failed(error: unknown): void {
    this.say((error as Error).message);
  }

  private sayOfClient(line: string): void {
    if (this.lines++ < MAX_LINES) {
      this.say(line);
    }
    this.count();
  }

  /** Counts the seconds while a client is waited for, or lines were said. */
  private count(): void {
    if (!this.isCounting) {
      this.isCounting = true;
      ownedTimer(this, SECOND_MS);
    }
  }

  /** A second has passed. */
  fire(): void {
    this.isCounting = false;
    this.lines = 0;
    try {
      this.host?.engine.visitLeases((lease) => this.wait(lease), this.host.now());
    } catch (error) {
      this.failed(error);
    }
  }

  private wait(lease: LeaseView): void {
    const { mark } = lease;
    if (mark > 1 && mark <= MARK_PATIENCE) {
      lease.mark = mark - 1;
      this.count();
    } else if (mark === 1) {
      lease.mark = MARK_OVERDUE;
      this.sayOfClient(`${who(lease)} was told "${lease.file}" ${MARK_PATIENCE} s ago and has not asked for it`);
    }
  }

  /** A client has asked for some file. Its address is 32 bits, as `addressBits` of a request. */
  asked(bits: number): void {
    const lease = this.find(bits);
    if (lease !== null && lease.mark <= MARK_OVERDUE) {
      lease.mark = MARK_ASKED;
    }
  }

  /** A client has fetched a file, or was refused it. */
  answered(bits: number, name: string, isFetched: boolean): void {
    const lease = this.find(bits);
    if (lease === null || lease.mark < MARK_ASKED || lease.mark >= MARK_FETCHED) {
      return;
    }
    if (isToldFile(lease.file, name)) {
      lease.mark = isFetched ? MARK_FETCHED : MARK_REFUSED;
    } else if (lease.mark === MARK_ASKED) {
      lease.mark = MARK_ELSEWHERE;
    }
  }

  private find(bits: number): LeaseView | null {
    return this.host?.engine.leaseOf(bits, this.host.now()) ?? null;
  }

  serving(): void {
    this.say(`giving ${text(this.config, "dhcp", "")}`);
  }

  silenced(other: number): void {
    this.otherServer = addressText(other);
    this.say(
      `${this.otherServer} is another DHCP server in this network, so this one is silent; stop that one, and restart the board`,
    );
  }

  exhausted(hardwareAddress: string): void {
    this.sayOfClient(
      `no address of ${text(this.config, "dhcp", "")} is left for ${hardwareAddress}; set a larger range`,
    );
  }

  declined(): void {}

  refused(): void {}

  released(lease: LeaseView): void {
    this.sayOfClient(`${who(lease)} gives its address back`);
  }

  /** A client that renews its lease has fetched its file long ago, so it is watched once. */
  leased(lease: LeaseView): void {
    const { file, hardwareAddress } = lease;
    const told = file === "" ? "told no file" : `told "${file}"`;
    this.sayOfClient(`${hardwareAddress} has ${addressText(lease.address)}, ${told}`);
    if (lease.mark === 0) {
      lease.mark = file === "" ? MARK_UNTOLD : MARK_PATIENCE;
      this.count();
    }
  }
}

function stateOf(mark: number): BootState {
  return STATES[mark - MARK_ASKED] ?? "silent";
}

function who({ hardwareAddress, address }: LeaseView): string {
  return `${addressText(address)} (${hardwareAddress})`;
}
