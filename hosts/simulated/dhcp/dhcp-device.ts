/** A device on the simulated cable that gets its address by DHCP or BOOTP, renews it, starts again, and leaves. */

import type { SeededRandom } from "../network/seeded-random.js";
import { US_PER_MS, type VirtualClock } from "../network/virtual-clock.js";
import {
  addressBytes,
  type DhcpMessage,
  type DhcpOptionList,
  dhcpMessage,
  readDhcpMessage,
} from "../wire/dhcp-messages.js";
import { type DeviceModel, modelOf } from "./client-models.js";
import type { Segment, Station } from "./segment.js";

const BROADCAST = "255.255.255.255";
const SERVER_PORT = 67;
const MIN_BYTES = 300;
/** A client begins again after a refusal, or after its address was found to be used. */
const RESTART_MS = 2000;
const DECLINED_RESTART_MS = 10_000;
const MAX_REPEATS = 4;
const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const DECLINE = 4;
const ACK = 5;
const NAK = 6;
const RELEASE = 7;

/** A device keeps its address, starts again and asks for it, gives it back, or is switched off. */
export type Habit = "stays" | "restarts" | "releases" | "leaves";

/** A device of a scenario. */
export interface DevicePlan {
  /** Kind of device, such as "uefi" or "cisco phone". */
  readonly model: string;
  /** Last half of the hardware address. */
  readonly number: number;
  /** Time of its first message, in milliseconds of virtual time. */
  readonly startMs: number;
  /** Its behaviour once it has its address. */
  readonly habit: Habit;
  /** Time from its first address to that, in milliseconds. */
  readonly afterMs: number;
  /** Address that the server keeps for it, in the range or beside it. Default: none. */
  readonly fixedAddress?: string;
  /** Address that it had before, in its memory, and asks for although another may have it now. Default: none. */
  readonly formerAddress?: string;
}

type State = "off" | "discovering" | "requesting" | "rebooting" | "bound" | "renewing";

export class DhcpDevice implements Station {
  readonly name: string;
  readonly ports = [68];
  address: string | undefined;
  state: State = "off";
  /** Present program: loaders start others. */
  model: DeviceModel;
  /** All addresses that it has had. */
  readonly addresses = new Set<string>();
  /** The part of an answer that this device needed and did not get; empty if it got all. */
  lacked = "";
  /** Time at which its lease ends, in microseconds of virtual time. */
  leaseEndUs = 0;
  private readonly hardware: readonly number[];
  private transactionId = 0;
  private server = "";
  private wanted = "";
  private repeats = 0;
  /** Counts what the device has begun, so that timers of earlier things do nothing. */
  private turn = 0;
  private requestedUs = 0;
  private habitIsDone = false;

  constructor(
    private readonly clock: VirtualClock,
    private readonly segment: Segment,
    private readonly random: SeededRandom,
    readonly plan: DevicePlan,
  ) {
    this.model = modelOf(plan.model);
    this.name = `${plan.model} ${plan.number}`;
    this.hardware = hardwareOf(plan);
    segment.add(this);
    clock.at(plan.startMs * US_PER_MS, () => this.startUp());
  }

  receive(bytes: Uint8Array, port: number): void {
    const message = readDhcpMessage(bytes);
    if (
      port !== 68 ||
      message?.operation !== 2 ||
      message.transactionId !== this.transactionId ||
      this.state === "off"
    ) {
      return;
    }
    if (message.hardware.join() !== this.hardware.join()) {
      return;
    }
    if (this.model.isBootp === true) {
      if (message.type === 0 && this.state === "discovering") {
        this.take(message);
      }
    } else if (message.type === OFFER && this.state === "discovering") {
      this.request(message);
    } else if (message.type === ACK && ["requesting", "rebooting", "renewing"].includes(this.state)) {
      this.take(message);
    } else if (message.type === NAK && ["requesting", "rebooting", "renewing"].includes(this.state)) {
      this.drop();
      this.later(RESTART_MS, () => this.begin());
    }
  }

  private startUp(): void {
    const { formerAddress } = this.plan;
    if (formerAddress === undefined || this.model.isBootp === true) {
      this.begin();
    } else {
      this.askForOld(formerAddress);
    }
  }

  private begin(): void {
    const { formerAddress } = this.plan;
    this.drop();
    this.newExchange("discovering");
    const wanted: DhcpOptionList = formerAddress === undefined ? [] : [[50, addressBytes(formerAddress)]];
    this.repeat(() => this.send(this.model.isBootp === true ? [] : [[53, [DISCOVER]], ...wanted]));
  }

  /** Asks for an address that it had before (INIT-REBOOT). */
  private askForOld(address: string): void {
    this.wanted = address;
    this.drop();
    this.newExchange("rebooting");
    this.repeat(() => this.sendRequest(false));
  }

  private request(offer: DhcpMessage): void {
    this.server = offer.numbers(54) ?? "";
    this.wanted = offer.yourAddress;
    this.state = "requesting";
    this.repeats = 0;
    this.turn++;
    this.repeat(() => this.sendRequest(true));
  }

  private sendRequest(namesServer: boolean): void {
    this.requestedUs = this.clock.nowUs;
    this.send([
      [53, [REQUEST]],
      [50, addressBytes(this.wanted)],
      ...(namesServer ? [[54, addressBytes(this.server)] as const] : []),
    ]);
  }

  private take(answer: DhcpMessage): void {
    this.turn++;
    this.server = answer.numbers(54) ?? this.server;
    const isNew = this.address !== answer.yourAddress;
    if (isNew && this.segment.isUsed(this, answer.yourAddress) && this.model.isBootp !== true) {
      this.send([
        [53, [DECLINE]],
        [50, addressBytes(answer.yourAddress)],
        [54, addressBytes(this.server)],
      ]);
      this.drop();
      this.later(DECLINED_RESTART_MS, () => this.begin());
      return;
    }
    this.address = answer.yourAddress;
    this.addresses.add(answer.yourAddress);
    this.state = "bound";
    this.lacked ||= this.model.lacks(answer);
    const seconds = answer.number(51, 4) ?? Number.POSITIVE_INFINITY;
    this.leaseEndUs = this.requestedUs + seconds * 1000 * US_PER_MS;
    this.plot(answer);
  }

  /** Decides what comes after an answer. */
  private plot(answer: DhcpMessage): void {
    const { plan, model } = this;
    if (model.next !== undefined) {
      // The loader fetches its file, and the program in it starts.
      this.model = modelOf(model.next);
      this.later(this.random.between(500, 3000), () => this.begin());
    } else if (!this.habitIsDone && plan.habit !== "stays") {
      this.habitIsDone = true;
      this.later(plan.afterMs, () => this.doHabit());
    }
    const renewal = answer.number(58, 4);
    if (renewal !== undefined && model.next === undefined) {
      this.later(renewal * 1000, () => this.renew());
      this.atTurn(this.leaseEndUs, () => this.begin());
    }
  }

  private doHabit(): void {
    if (this.plan.habit === "releases" && this.address !== undefined && this.model.isBootp !== true) {
      this.send(
        [
          [53, [RELEASE]],
          [54, addressBytes(this.server)],
        ],
        this.address,
        this.server,
      );
    }
    if (this.plan.habit === "restarts" && this.address !== undefined && this.model.isBootp !== true) {
      this.askForOld(this.address);
    } else {
      this.drop();
      this.turn++;
    }
  }

  /** Asks its server first, and then any (RFC 2131 §4.4.5). */
  private renew(): void {
    this.newExchange("renewing", false);
    let isFirst = true;
    this.repeat(() => {
      this.requestedUs = this.clock.nowUs;
      this.send([[53, [REQUEST]]], this.address, isFirst ? this.server : BROADCAST);
      isFirst = false;
    });
  }

  private newExchange(state: State, endsTimers = true): void {
    this.state = state;
    this.repeats = 0;
    this.transactionId = this.random.uint32() | 0;
    if (endsTimers) {
      this.turn++;
    }
  }

  /** Has no address any more. */
  private drop(): void {
    this.address = undefined;
    this.leaseEndUs = 0;
    this.state = "off";
  }

  /** Sends now and again until the state changes; then begins from the start. */
  private repeat(send: () => void): void {
    const { state, turn, transactionId } = this;
    const { waitsMs } = this.model;
    send();
    const waitMs = (waitsMs[Math.min(this.repeats, waitsMs.length - 1)] as number) + this.random.below(1000);
    this.clock.after(waitMs * US_PER_MS, () => {
      if (this.state !== state || this.turn !== turn || this.transactionId !== transactionId) {
        return;
      }
      this.repeats++;
      if (this.repeats <= MAX_REPEATS || state === "renewing") {
        this.repeat(send);
      } else {
        this.begin();
      }
    });
  }

  private later(delayMs: number, action: () => void): void {
    this.atTurn(this.clock.nowUs + delayMs * US_PER_MS, action);
  }

  private atTurn(timeUs: number, action: () => void): void {
    const { turn } = this;
    this.clock.at(timeUs, () => {
      if (this.turn === turn) {
        action();
      }
    });
  }

  private send(options: DhcpOptionList, clientAddress = "0.0.0.0", to = BROADCAST): void {
    const { model, hardware, transactionId } = this;
    const isBootpAlone = model.isBootp === true && model.options.length === 0;
    const message = dhcpMessage({
      hardware,
      transactionId,
      clientAddress,
      flags: model.wantsBroadcast === true && clientAddress === "0.0.0.0" ? 0x8000 : 0,
      minimumBytes: MIN_BYTES,
      ...(isBootpAlone ? {} : { options: [...options, ...model.options] }),
    });
    this.segment.send(this, new Uint8Array(message.buffer), to, SERVER_PORT);
  }
}

/** Hardware address of a device, which it keeps through all its programs. */
export function hardwareOf({ model, number }: DevicePlan): number[] {
  return [...modelOf(model).vendor, 0, number >> 8, number & 0xff];
}
