/**
 * The sockets on which requests arrive: one for each address of this machine, so that an answer leaves from the address
 * that the client asked. Node cannot tell on which address a datagram of an all-addresses socket arrived.
 *
 * Where all addresses are served there is one more socket, bound to no particular address. It receives what is addressed
 * to none of the known ones: a broadcast, which is not answered (RFC 1123 §4.2.3.5), or an address that this machine has
 * acquired since, which then gets a socket in time for the client's next try.
 */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { FIRST_LISTENER, type LocalPort } from "../../../src/index.js";
import { now } from "../clock.js";
import { ALL_IPV6, isWildcard, wildcardOf, withoutZone } from "./addresses.js";
import { UdpSocket } from "./socket.js";

/** Room for requests that arrive at once. Linux grants less unless net.core.rmem_max allows it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Shortest time between two readings of the machine's addresses. */
const RESCAN_MS = 1000;
/** A port that is free on one address may be taken on the next; then another free port is tried. */
const FREE_PORT_TRIES = 10;

/** Error codes of systems without IPv6. */
const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EPROTONOSUPPORT", "EADDRNOTAVAIL"]);

export type RequestHandler = (
  packet: DataView,
  length: number,
  listener: LocalPort,
  address: string,
  port: number,
) => void;

interface MachineAddress {
  readonly address: string;
  /** Number of the interface, for an address that means nothing without it; otherwise {@link NO_SCOPE}. */
  readonly scope: number;
}

const NO_SCOPE = 0;

export interface Listener extends MachineAddress {
  readonly socket: UdpSocket;
}

export class Listeners {
  /** By number, from FIRST_LISTENER on. */
  private readonly open: Listener[] = [];
  private readonly wildcards: string[] = [];
  private port = 0;
  private rescannedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly handle: RequestHandler) {}

  /**
   * Listens on `hosts`, which are addresses or names. `0.0.0.0` and `::`, for all addresses of their kind, are opened
   * first, so that an address that is also given by itself finds their sockets there.
   *
   * @throws NodeJS.ErrnoException when the port is taken, not permitted, or an address is not this machine's.
   */
  async listen(hosts: readonly string[], port: number): Promise<void> {
    const addresses: string[] = [];
    for (const host of hosts) {
      addresses.push(...(isIP(withoutZone(host)) === 0 ? await addressesOf(host) : [host]));
    }
    addresses.sort((one, other) => Number(isWildcard(other)) - Number(isWildcard(one)));
    for (let triesLeft = port === 0 ? FREE_PORT_TRIES : 1; ; triesLeft--) {
      try {
        this.port = port;
        for (const address of new Set(addresses)) {
          this.listenOnIfThere(address);
        }
        return;
      } catch (error) {
        this.close();
        if (triesLeft === 1 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") {
          throw error;
        }
      }
    }
  }

  get(listener: LocalPort): Listener {
    return this.open[listener - FIRST_LISTENER] as Listener;
  }

  /** The addresses that are listened on, without the socket for unknown ones. */
  get addresses(): { address: string; port: number }[] {
    return this.open.filter(({ address }) => !isWildcard(address)).map(({ address }) => ({ address, port: this.port }));
  }

  close(): void {
    this.wildcards.length = 0;
    for (const { socket } of this.open.splice(0)) {
      socket.close();
    }
  }

  /** A machine without IPv6 serves all its addresses when it serves those of IPv4. */
  private listenOnIfThere(address: string): void {
    try {
      this.listenOn(address);
    } catch (error) {
      const isAbsent = NO_IPV6.has((error as NodeJS.ErrnoException).code ?? "");
      if (address !== ALL_IPV6 || !isAbsent || this.open.length === 0) {
        throw error;
      }
    }
  }

  private listenOn(address: string): void {
    if (!isWildcard(address)) {
      if (!this.open.some((listener) => listener.address === address)) {
        this.add({ address, scope: NO_SCOPE }, this.wildcards.includes(wildcardOf(address)));
      }
      return;
    }
    // Bind exclusively first: address reuse would hide that another program owns the port.
    const exclusive = new UdpSocket({ address, port: this.port }, () => {});
    this.port = exclusive.port;
    exclusive.close();
    this.wildcards.push(address);
    this.add({ address, scope: NO_SCOPE }, true);
    this.addMachineAddresses();
  }

  /** @param index position among the listeners; a listener that is there is replaced. */
  private add({ address, scope }: MachineAddress, isShared: boolean, index = this.open.length): void {
    const listener: LocalPort = FIRST_LISTENER + index;
    const isForAll = isWildcard(address);
    const socket = new UdpSocket(
      { address, port: this.port, isShared, receiveBufferBytes: RECEIVE_BUFFER_BYTES },
      (packet, length, peer, port) => {
        if (!isForAll || this.isAddressedToUs(peer)) {
          this.handle(packet, length, listener, peer, port);
        }
      },
    );
    this.port = socket.port;
    this.open[index]?.socket.close();
    this.open[index] = { address, scope, socket };
  }

  /** Loopback has more addresses than an interface lists, and no broadcast. */
  private isAddressedToUs(peer: string): boolean {
    if (peer.startsWith("127.")) {
      return true;
    }
    const at = now();
    if (at - this.rescannedAt >= RESCAN_MS) {
      this.rescannedAt = at;
      try {
        this.addMachineAddresses();
      } catch {
        // Another program has the port on the new address. The other addresses are served on.
      }
    }
    return false;
  }

  private addMachineAddresses(): void {
    for (const found of machineAddresses()) {
      const index = this.open.findIndex(({ address }) => address === found.address);
      // An interface that was removed and has come back has another number, and the socket on the old one is dead.
      const isKnown = index >= 0 && this.open[index]?.scope === found.scope;
      if (isKnown || !this.wildcards.includes(wildcardOf(found.address))) {
        continue;
      }
      try {
        this.add(found, true, index < 0 ? undefined : index);
      } catch (error) {
        // An address that is still being checked for duplicates cannot be bound yet; a later scan finds it.
        if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") {
          throw error;
        }
      }
    }
  }
}

/** Every address of this machine; a link-local one with its interface, without which it means nothing. */
function machineAddresses(): MachineAddress[] {
  const addresses: MachineAddress[] = [];
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    for (const entry of entries ?? []) {
      const isLinkLocal = entry.family === "IPv6" && entry.address.startsWith("fe80:");
      addresses.push(
        isLinkLocal
          ? { address: `${entry.address}%${name}`, scope: entry.scopeid }
          : { address: entry.address, scope: NO_SCOPE },
      );
    }
  }
  return addresses;
}

async function addressesOf(name: string): Promise<string[]> {
  // Loading the resolver takes a millisecond, which a server without names to look up saves.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}
