/**
 * One network cable: a broadcast reaches all other stations, each copy with a fate of its own, and anything else the stations
 * that have the address.
 */
import type { SimulatedNetwork } from "../network/network.js";

const BROADCAST = "255.255.255.255";

/** A machine on the cable. */
export interface Station {
  /** Its name in the packet log. */
  readonly name: string;
  /** The ports at which it listens: 67 for requests, 68 for answers. */
  readonly ports: readonly number[];
  /** Its present address; undefined without one. */
  readonly address: string | undefined;
  receive(bytes: Uint8Array, port: number): void;
}

export class Segment {
  private readonly stations: Station[] = [];

  constructor(private readonly network: SimulatedNetwork) {}

  add(station: Station): void {
    this.stations.push(station);
    for (const port of station.ports) {
      this.network.bind(station.name, port, (bytes) => station.receive(bytes, port));
    }
  }

  /** Sends a datagram. `bytes` must not change afterwards. */
  send(from: Station, bytes: Uint8Array, address: string, port: number): void {
    for (const station of this.stations) {
      const isMeant = address === BROADCAST || station.address === address;
      if (station !== from && isMeant && station.ports.includes(port)) {
        this.network.send(from.name, port === 67 ? 68 : 67, station.name, port, bytes);
      }
    }
  }

  /** Whether a station other than `asker` has the address, which ARP finds out. */
  isUsed(asker: Station, address: string): boolean {
    return this.stations.some((station) => station !== asker && station.address === address);
  }
}
