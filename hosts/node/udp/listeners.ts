/**
 * The sockets on which requests arrive: one for each address of this machine, so that an answer leaves from the address
 * that the client asked. Node cannot tell on which address a datagram of an all-addresses socket arrived.
 *
 * Where all addresses are served there is one more socket, bound to no particular address. It keeps the port of every
 * address from other users of the machine, and receives what is addressed to none of the known ones: a broadcast, which is
 * not answered (RFC 1123 §4.2.3.5), or an address that this machine has acquired since. That one gets a socket at once,
 * and the request its answer from there.
 */
import { isIP } from "node:net";
import { FIRST_LISTENER, type LocalPort } from "../../../src/index.js";
import { ALL_IPV6, isLoopback, isWildcard, wildcardOf, withoutZone, zoneOf } from "./addresses.js";
import { AllowedNetworks } from "./allowed-networks.js";
import { ipv6Table, type MachineAddress, machineAddresses, NO_SCOPE } from "./machine-addresses.js";
import { PostponedRequests } from "./postponed-requests.js";
import { CAN_SHARE, UdpSocket } from "./socket.js";

/** Room for requests that arrive at once. Linux grants less unless net.core.rmem_max allows it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Reading the machine's addresses takes at most this part of the time, and waits at least this long, under a flood. */
const RESCAN_PART = 1 / 20;
const MIN_RESCAN_MS = 10;
/** Time between two looks for new addresses of IPv6, where requests to unknown ones cannot be heard. */
const LOOK_MS = 500;
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

export interface Listener extends MachineAddress {
  readonly socket: UdpSocket;
}

export class Listeners {
  /** By number, from FIRST_LISTENER on. */
  private readonly open: Listener[] = [];
  /** The numbers of the listeners for all addresses, by `0.0.0.0` and `::`. */
  private readonly wildcards = new Map<string, LocalPort>();
  /** Listeners for all addresses that serve an address without a socket. They cannot tell a broadcast. */
  private readonly substitutes = new Set<LocalPort>();
  private port = 0;
  private nextScanAt = Number.NEGATIVE_INFINITY;
  /** Listeners for addresses that were found during this turn of the event loop. */
  private newcomers: LocalPort[] = [];
  private readonly postponed = new PostponedRequests(() => this.rescan());
  private looking: NodeJS.Timeout | undefined;

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

  /** The addresses that are listened on, without sockets that are only for unknown ones. */
  get addresses(): { address: string; port: number }[] {
    return this.open
      .filter(({ address }, index) => !isWildcard(address) || this.substitutes.has(FIRST_LISTENER + index))
      .map(({ address }) => ({ address, port: this.port }));
  }

  close(): void {
    clearInterval(this.looking);
    this.looking = undefined;
    this.postponed.takeAll();
    this.wildcards.clear();
    this.substitutes.clear();
    this.newcomers = [];
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
    const isNew = !this.open.some((listener) => listener.address === address);
    if (!isWildcard(address)) {
      if (isNew) {
        this.add({ address, scope: NO_SCOPE, network: undefined }, othersThan(address, machineAddresses()));
      }
      return;
    }
    // Bind exclusively first: address reuse would hide that another program owns the port.
    const exclusive = new UdpSocket({ address, port: this.port }, () => {});
    this.port = exclusive.port;
    exclusive.close();
    this.wildcards.set(address, this.add({ address, scope: NO_SCOPE, network: undefined }));
    this.addMachineAddresses();
    if (address === ALL_IPV6 && !CAN_SHARE) {
      this.lookForNewAddresses();
    }
  }

  /** See {@link UdpSocket.makeRoom}. */
  private lookForNewAddresses(): void {
    let known = ipv6Table();
    this.looking = setInterval(() => {
      const present = ipv6Table();
      if (present !== known && this.rescan()) {
        known = present;
      }
    }, LOOK_MS).unref();
  }

  /**
   * @param others other addresses of this machine.
   * @param index position among the listeners; a listener that is there is replaced.
   */
  private add(found: MachineAddress, others: readonly string[] = [], index = this.open.length): LocalPort {
    const { address } = found;
    const listener: LocalPort = FIRST_LISTENER + index;
    const isForAll = isWildcard(address);
    const wildcard = this.wildcards.get(wildcardOf(address));
    const open = (): UdpSocket =>
      new UdpSocket(
        {
          address,
          port: this.port,
          isShared: CAN_SHARE && (isForAll || wildcard !== undefined),
          receiveBufferBytes: RECEIVE_BUFFER_BYTES,
        },
        (packet, length, peer, port) => {
          if (isForAll) {
            this.receiveForUnknown(packet, length, listener, peer, port);
          } else {
            this.handle(packet, length, listener, peer, port);
          }
        },
      );
    const socket =
      wildcard === undefined || CAN_SHARE ? open() : this.get(wildcard).socket.makeRoom(address, others, open);
    this.port = socket.port;
    this.open[index]?.socket.close();
    this.open[index] = { ...found, socket };
    return listener;
  }

  /**
   * Handles a request that arrived on the socket for all addresses. Loopback has more addresses than an interface lists,
   * and no broadcast.
   */
  private receiveForUnknown(packet: DataView, length: number, wildcard: LocalPort, peer: string, port: number): void {
    if (isLoopback(peer) || this.substitutes.has(wildcard)) {
      this.handle(packet, length, wildcard, peer, port);
    } else if (this.rescan() || this.newcomers.length > 0) {
      this.passToNewcomer(packet, length, peer, port);
    } else {
      this.postponed.add(packet, length, peer, port, this.nextScanAt - performance.now());
    }
  }

  /** A request that is for no new address was a broadcast. */
  private passToNewcomer(packet: DataView, length: number, peer: string, port: number): void {
    const newcomers = this.newcomers.filter((listener) => wildcardOf(this.get(listener).address) === wildcardOf(peer));
    const newcomer = newcomers.find((listener) => isNear(this.get(listener), peer)) ?? newcomers[0];
    if (newcomer !== undefined) {
      this.handle(packet, length, newcomer, peer, port);
    }
  }

  /** @returns whether it is time for that. */
  private rescan(): boolean {
    const startedAt = performance.now();
    if (startedAt < this.nextScanAt) {
      return false;
    }
    try {
      this.newcomers.push(...this.addMachineAddresses());
    } catch {
      // Another program has the port on the new address. The other addresses are served on.
    }
    const endedAt = performance.now();
    this.nextScanAt = endedAt + Math.max(MIN_RESCAN_MS, (endedAt - startedAt) / RESCAN_PART);
    if (this.newcomers.length > 0) {
      // Requests that waited beside this one are for the new addresses, too; later ones arrive on the new sockets.
      setImmediate(() => {
        this.newcomers = [];
      });
    }
    for (const { packet, address, port } of this.postponed.takeAll()) {
      this.passToNewcomer(packet, packet.byteLength, address, port);
    }
    return true;
  }

  /** @returns the listeners for addresses that had none. */
  private addMachineAddresses(): LocalPort[] {
    const added: LocalPort[] = [];
    const machine = machineAddresses();
    for (const found of machine) {
      const index = this.open.findIndex(({ address }) => address === found.address);
      // An interface that was removed and has come back has another number, and the socket on the old one is dead.
      const isKnown = index >= 0 && this.open[index]?.scope === found.scope;
      const wildcard = this.wildcards.get(wildcardOf(found.address));
      if (isKnown || wildcard === undefined) {
        continue;
      }
      const others = othersThan(found.address, machine);
      try {
        added.push(this.add(found, others, index < 0 ? undefined : index));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EADDRINUSE" && !CAN_SHARE) {
          this.letServe(wildcard, found, others.length === 0);
        } else if (code !== "EADDRNOTAVAIL") {
          // An address that is still being checked for duplicates cannot be bound yet; a later scan finds it.
          throw error;
        }
      }
    }
    return added;
  }

  /**
   * Lets the socket for all addresses serve this one, which gets no other: it is the only one, or the system binds no socket
   * beside that for all addresses.
   */
  private letServe(wildcard: LocalPort, found: MachineAddress, isOnly: boolean): void {
    if (isOnly) {
      this.open[wildcard - FIRST_LISTENER] = { ...found, socket: this.get(wildcard).socket };
    }
    if (!isLoopback(found.address)) {
      this.substitutes.add(wildcard);
    }
  }
}

/** The other addresses of the same family, loopback first: it is always there. */
function othersThan(address: string, machine: readonly MachineAddress[]): string[] {
  return machine
    .map((found) => found.address)
    .filter((other) => other !== address && wildcardOf(other) === wildcardOf(address))
    .sort((one, other) => Number(isLoopback(other)) - Number(isLoopback(one)));
}

/** Whether a client is in the network of this address; of a link-local one, on the same interface. */
function isNear({ address, network }: MachineAddress, peer: string): boolean {
  return network !== undefined && zoneOf(address) === zoneOf(peer) && new AllowedNetworks([network]).includes(peer);
}

async function addressesOf(name: string): Promise<string[]> {
  // Loading the resolver takes a millisecond, which a server without names to look up saves.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name, { all: true });
  return [...new Set(found.map(({ address }) => address))];
}
