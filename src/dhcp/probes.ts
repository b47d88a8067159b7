/** Requests that wait until the network has said whether a machine uses the address that is meant for them. */
import { NEVER } from "../schedule.js";
import type { DhcpTransport } from "./host.js";

/** ARP answers within milliseconds; a bridge that has just started needs longer. */
const PROBE_MS = 500;
/** Requests at once; the others come again by themselves. */
const PROBES = 16;
/** A request of DHCP fits into an Ethernet frame. */
const MAX_REQUEST_BYTES = 1472;

export class Probe {
  /** The request, in its first `length` bytes; 0 if none waits here. */
  readonly request = new DataView(new ArrayBuffer(MAX_REQUEST_BYTES));
  length = 0;
  /** Index of the lease. */
  lease = 0;
  until = 0;
}

export class Probes {
  private readonly probes: readonly Probe[] = Array.from({ length: PROBES }, () => new Probe());

  constructor(private readonly transport: DhcpTransport) {}

  /** Asks whether a machine uses the address. */
  ask(address: number): void {
    this.transport.probe?.(address);
  }

  /** Time at which the first request has waited long enough, or {@link NEVER}. */
  get nextAt(): number {
    let nextAt = NEVER;
    for (let index = 0; index < PROBES; index++) {
      const probe = this.probes[index] as Probe;
      if (probe.length > 0 && probe.until < nextAt) {
        nextAt = probe.until;
      }
    }
    return nextAt;
  }

  /** Whether a request waits for this lease. */
  has(lease: number): boolean {
    for (let index = 0; index < PROBES; index++) {
      const probe = this.probes[index] as Probe;
      if (probe.length > 0 && probe.lease === lease) {
        return true;
      }
    }
    return false;
  }

  /** Keeps a copy of a request. Returns whether there was room for it. */
  add(packet: DataView, length: number, lease: number, now: number): boolean {
    for (let index = 0; index < PROBES; index++) {
      const probe = this.probes[index] as Probe;
      if (probe.length === 0 && length <= MAX_REQUEST_BYTES) {
        for (let byte = 0; byte < length; byte++) {
          probe.request.setUint8(byte, packet.getUint8(byte));
        }
        probe.length = length;
        probe.lease = lease;
        probe.until = now + PROBE_MS;
        return true;
      }
    }
    return false;
  }

  /** A probe that has waited long enough, or null. Its `length` is set to 0 to take it out. */
  findDue(now: number): Probe | null {
    for (let index = 0; index < PROBES; index++) {
      const probe = this.probes[index] as Probe;
      // One that waits longer than it can was kept before the clock went back.
      if (probe.length > 0 && (probe.until <= now || probe.until > now + PROBE_MS)) {
        return probe;
      }
    }
    return null;
  }

  /** Forgets all. */
  clear(): void {
    for (let index = 0; index < PROBES; index++) {
      (this.probes[index] as Probe).length = 0;
    }
  }
}
