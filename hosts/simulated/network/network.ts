/**
 * A network of datagrams that loses, doubles, delays, reorders and damages them, as its seed has it.
 */
import { PacketLog } from "./packet-log.js";
import type { SeededRandom } from "./seeded-random.js";
import { US_PER_MS, type VirtualClock } from "./virtual-clock.js";

/** What happens to a datagram on its way, the same in both directions. Everything is off unless it is set. */
export interface NetworkConditions {
  /** The way of a datagram, one direction, in milliseconds; fractions count. Default 0.5. */
  delayMs?: number;
  /** Up to so much is added, evenly spread; datagrams between two addresses keep their order. */
  jitterMs?: number;
  /** Each datagram on its own. */
  lossPercent?: number;
  /** Bursts, in which each datagram is lost. */
  burst?: LossBurst;
  /** A second copy, which comes up to `duplicateDelayMs` after the first. */
  duplicatePercent?: number;
  /** Default 1. */
  duplicateDelayMs?: number;
  /** The datagram is held back by up to `reorderDelayMs`, and later ones pass it. */
  reorderPercent?: number;
  /** Default 5. */
  reorderDelayMs?: number;
  /** A bit is turned that UDP's checksum did not notice. Nobody can be blamed for what becomes of such a transfer. */
  corruptPercent?: number;
  /** The end is cut off, which again nobody noticed. */
  truncatePercent?: number;
}

/** How losses come together. */
export interface LossBurst {
  /** How likely a burst begins with a datagram, in percent. */
  readonly startPercent: number;
  /** Its mean length, in datagrams. */
  readonly meanPackets: number;
}

/** A time in which nothing passes. */
export interface NetworkPartition {
  /** Its beginning, in milliseconds since that of the simulation. */
  readonly fromMs: number;
  /** Its end, in milliseconds since the beginning of the simulation. */
  readonly untilMs: number;
  /** Whose datagrams are meant, in both directions. Default: everybody's. */
  readonly address?: string;
}

/** A datagram on its way. */
export interface SimulatedDatagram {
  /** The sender's address. */
  readonly fromAddress: string;
  /** The sender's port. */
  readonly fromPort: number;
  /** The receiver's address. */
  readonly toAddress: string;
  /** The receiver's port. */
  readonly toPort: number;
  /** What UDP carries. */
  readonly bytes: Uint8Array;
}

/** Takes what arrives at a port. */
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
  /** What was sent, and what became of it. */
  readonly log: PacketLog;
  /** May be changed while the simulation runs. */
  conditions: NetworkConditions;
  /** Looks at each datagram before anything else; false loses it. For tests that lose a certain one. */
  intercept: ((datagram: SimulatedDatagram) => boolean) | undefined;
  /** How many datagrams were sent. */
  datagrams = 0;
  /** How many of them did not arrive. */
  lost = 0;

  private readonly ports = new Map<string, Map<number, ReceiveDatagram>>();
  private readonly links = new Map<string, Link>();
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

  /** Opens a port; false when it is open already. */
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

  /** Closes a port: what arrives there from now on is lost. */
  unbind(address: string, port: number): void {
    this.ports.get(address)?.delete(port);
  }

  /** Whether a port is open. */
  isBound(address: string, port: number): boolean {
    return this.ports.get(address)?.has(port) === true;
  }

  /** Lets nothing pass for a time. */
  partition(partition: NetworkPartition): void {
    this.partitions.push(partition);
  }

  /** Whether a damaged datagram came from this address or went there: then what its transfers carried proves nothing. */
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
    const key = `${fromAddress} ${toAddress}`;
    let link = this.links.get(key);
    if (link === undefined) {
      link = { lastArrivalUs: 0, isInBurst: false };
      this.links.set(key, link);
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

  /** The datagram as it arrives: the same, or a damaged copy. */
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
