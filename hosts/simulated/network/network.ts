/**
 * A network that loses, doubles, delays, reorders and damages datagrams, as its seed decides.
 */
import type { SimulatedDatagram } from "./datagram.js";
import { PacketLog } from "./packet-log.js";
import type { SeededRandom } from "./seeded-random.js";
import { US_PER_MS, type VirtualClock } from "./virtual-clock.js";

/** Conditions of a network, the same in both directions. Every fault is off unless it is set. */
export interface NetworkConditions {
  /** Delay in one direction, in milliseconds; fractions count. Default 0.5. */
  delayMs?: number;
  /** Up to this much is added to the delay, evenly spread; datagrams between two addresses keep their order. */
  jitterMs?: number;
  /** Share of datagrams that are lost, each independently. */
  lossPercent?: number;
  /** Bursts in which every datagram is lost. */
  burst?: LossBurst;
  /** Share of datagrams that arrive twice, up to `duplicateDelayMs` apart. */
  duplicatePercent?: number;
  /** Longest time between a datagram and its copy, in milliseconds. Default 1. */
  duplicateDelayMs?: number;
  /** Share of datagrams that are held back by up to `reorderDelayMs`, so that later ones pass them. */
  reorderPercent?: number;
  /** Longest time for which a datagram is held back, in milliseconds. Default 5. */
  reorderDelayMs?: number;
  /** Share of datagrams with a flipped bit that UDP's checksum missed. The result of such a transfer proves nothing. */
  corruptPercent?: number;
  /** Share of datagrams whose end is cut off, unnoticed by the checksum. */
  truncatePercent?: number;
}

/** Bursts of losses. */
export interface LossBurst {
  /** Probability that a burst starts with a datagram, in percent. */
  readonly startPercent: number;
  /** Mean length of a burst, in datagrams. */
  readonly meanPackets: number;
}

/** A time in which no datagram passes. */
export interface NetworkPartition {
  /** Its start, in milliseconds of virtual time. */
  readonly fromMs: number;
  /** Its end, in milliseconds of virtual time. */
  readonly untilMs: number;
  /** The address that is cut off, in both directions. Default: every address. */
  readonly address?: string;
}

/** Takes a datagram that arrives at a port. */
export type ReceiveDatagram = (bytes: Uint8Array, fromAddress: string, fromPort: number) => void;

const DELAY_MS_DEFAULT = 0.5;
const DUPLICATE_DELAY_MS_DEFAULT = 1;
const REORDER_DELAY_MS_DEFAULT = 5;

/** One direction between two addresses. */
interface Link {
  lastArrivalUs: number;
  isInBurst: boolean;
}

/** Carries datagrams from port to port, or loses them. */
export class SimulatedNetwork {
  /** The datagrams, with the fate of each. */
  readonly log: PacketLog;
  /** Conditions of the network. May be changed while the simulation runs. */
  conditions: NetworkConditions;
  /** Called for each datagram before anything else; false loses it. For tests that lose a certain datagram. */
  intercept: ((datagram: SimulatedDatagram) => boolean) | undefined;
  /** Datagrams that were sent. */
  datagrams = 0;
  /** Datagrams that did not arrive. */
  lost = 0;

  private readonly ports = new Map<string, Map<number, ReceiveDatagram>>();
  /** By the sender's address, then by the receiver's. */
  private readonly links = new Map<string, Map<string, Link>>();
  private readonly partitions: NetworkPartition[] = [];
  private readonly damaged = new Set<string>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    conditions: NetworkConditions = {},
    log: PacketLog = new PacketLog(),
  ) {
    this.conditions = conditions;
    this.log = log;
  }

  /** Opens a port. Returns false if it is already open. */
  bind(address: string, port: number, receive: ReceiveDatagram): boolean {
    let ports = this.ports.get(address);
    if (ports === undefined) {
      ports = new Map();
      this.ports.set(address, ports);
    }
    if (ports.has(port)) {
      return false;
    }
    ports.set(port, receive);
    return true;
  }

  /** Closes a port: datagrams that arrive there from now on are lost. */
  unbind(address: string, port: number): void {
    this.ports.get(address)?.delete(port);
  }

  /** Whether a port is open. */
  isBound(address: string, port: number): boolean {
    return this.ports.get(address)?.has(port) === true;
  }

  /** Lets no datagram pass for a time. */
  partition(partition: NetworkPartition): void {
    this.partitions.push(partition);
  }

  /** Whether a damaged datagram came from this address or went to it: then the content of its transfers proves nothing. */
  hasDamaged(address: string): boolean {
    return this.damaged.has(address);
  }

  /** Sends a datagram. `bytes` must not change afterwards. */
  send(fromAddress: string, fromPort: number, toAddress: string, toPort: number, bytes: Uint8Array): void {
    const datagram = { fromAddress, fromPort, toAddress, toPort, bytes };
    this.datagrams++;
    const link = this.link(fromAddress, toAddress);
    const cause = this.lossOf(datagram, link);
    if (cause !== undefined) {
      this.lost++;
      this.log.sent(this.clock.nowUs, datagram, cause);
      return;
    }
    const arrivesUs = this.arrivalUs(link);
    const isDuplicated = this.random.chance(this.conditions.duplicatePercent ?? 0);
    const again = isDuplicated
      ? this.random.below((this.conditions.duplicateDelayMs ?? DUPLICATE_DELAY_MS_DEFAULT) * US_PER_MS)
      : -1;
    const delivered = this.damage(datagram);
    if (this.log.isOn) {
      const note = delivered === datagram ? "" : ", damaged";
      const second = again < 0 ? "" : ` and ${(arrivesUs + again) / US_PER_MS}`;
      this.log.sent(this.clock.nowUs, datagram, `arrives ${arrivesUs / US_PER_MS}${second}${note}`);
    }
    this.clock.at(arrivesUs, () => this.deliver(delivered));
    if (again >= 0) {
      this.clock.at(arrivesUs + again, () => this.deliver(delivered));
    }
  }

  private link(fromAddress: string, toAddress: string): Link {
    let links = this.links.get(fromAddress);
    if (links === undefined) {
      links = new Map();
      this.links.set(fromAddress, links);
    }
    let link = links.get(toAddress);
    if (link === undefined) {
      link = { lastArrivalUs: 0, isInBurst: false };
      links.set(toAddress, link);
    }
    return link;
  }

  private lossOf(datagram: SimulatedDatagram, link: Link): string | undefined {
    if (this.intercept !== undefined && !this.intercept(datagram)) {
      return "intercepted";
    }
    if (this.partitions.length > 0 && this.isPartitioned(datagram)) {
      return "lost in a partition";
    }
    const { burst, lossPercent } = this.conditions;
    if (burst !== undefined) {
      link.isInBurst = link.isInBurst
        ? !this.random.chance(100 / burst.meanPackets)
        : this.random.chance(burst.startPercent);
      if (link.isInBurst) {
        return "lost in a burst";
      }
    }
    return this.random.chance(lossPercent ?? 0) ? "lost" : undefined;
  }

  private isPartitioned({ fromAddress, toAddress }: SimulatedDatagram): boolean {
    const nowMs = this.clock.nowUs / US_PER_MS;
    return this.partitions.some(
      ({ fromMs, untilMs, address }) =>
        nowMs >= fromMs &&
        nowMs < untilMs &&
        (address === undefined || address === fromAddress || address === toAddress),
    );
  }

  private arrivalUs(link: Link): number {
    const { delayMs = DELAY_MS_DEFAULT, jitterMs = 0, reorderPercent = 0 } = this.conditions;
    const wayUs = delayMs * US_PER_MS + (jitterMs > 0 ? this.random.below(jitterMs * US_PER_MS) : 0);
    const inOrderUs = Math.max(Math.round(this.clock.nowUs + wayUs), link.lastArrivalUs);
    if (this.random.chance(reorderPercent)) {
      const heldBackMs = this.conditions.reorderDelayMs ?? REORDER_DELAY_MS_DEFAULT;
      return inOrderUs + this.random.below(heldBackMs * US_PER_MS);
    }
    link.lastArrivalUs = inOrderUs;
    return inOrderUs;
  }

  /** Returns the datagram as it arrives: the same, or a damaged copy. */
  private damage(datagram: SimulatedDatagram): SimulatedDatagram {
    const { corruptPercent = 0, truncatePercent = 0 } = this.conditions;
    const isCorrupted = this.random.chance(corruptPercent);
    const isTruncated = this.random.chance(truncatePercent);
    if ((!isCorrupted && !isTruncated) || datagram.bytes.length === 0) {
      return datagram;
    }
    const length = datagram.bytes.length;
    const bytes = datagram.bytes.slice(0, isTruncated ? this.random.below(length) : length);
    if (isCorrupted && bytes.length > 0) {
      const at = this.random.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << this.random.below(8));
    }
    this.damaged.add(datagram.fromAddress);
    this.damaged.add(datagram.toAddress);
    return { ...datagram, bytes };
  }

  private deliver({ fromAddress, fromPort, toAddress, toPort, bytes }: SimulatedDatagram): void {
    this.ports.get(toAddress)?.get(toPort)?.(bytes, fromAddress, fromPort);
  }
}
