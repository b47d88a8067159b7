/**
 * The sockets on which requests arrive: one for each address of this machine, so that an answer leaves from the address
 * that the client asked. Node cannot tell on which address a datagram of an all-addresses socket arrived.
 *
 * Where all addresses are served there is one more socket, bound to no particular address. It keeps the port of every
 * address from other users of the machine, and receives what is addressed to none of the known ones
 * (unaddressed-requests.ts). Where single addresses are served, other sockets receive their broadcasts
 * (broadcast-sockets.ts).
 */
import { FIRST_LISTENER, type LocalPort } from "../../../src/index.js";
import { ALL_IPV4, ALL_IPV6, isLoopback, isWildcard, wildcardOf, zoneOf } from "./addresses.js";
import { AllowedNetworks } from "./allowed-networks.js";
import type { BroadcastRequests, RequestHandler } from "./broadcast-requests.js";
import { BroadcastSockets } from "./broadcast-sockets.js";
import { inheritedSocket } from "./inherited-sockets.js";
import { listeningAddresses } from "./listening-addresses.js";
import { ipv6Table, type MachineAddress, machineAddresses, NO_SCOPE } from "./machine-addresses.js";
import { CAN_SHARE, UdpSocket } from "./socket.js";
import { type KnownListeners, UnaddressedRequests } from "./unaddressed-requests.js";

/** Room for requests that arrive at once. Linux grants less unless net.core.rmem_max allows it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** Time between two looks for new addresses of IPv6, where requests to unknown ones cannot be heard. */
const LOOK_MS = 500;
/** A port that is free on one address may be taken on the next; then another free port is tried. */
const FREE_PORT_TRIES = 10;

/** Error codes of systems without IPv6. */
export const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EPROTONOSUPPORT", "EADDRNOTAVAIL"]);

export interface Listener {
  readonly address: string;
  /** Number of the interface of a link-local address; otherwise {@link NO_SCOPE}. */
  readonly scope: number;
  readonly socket: UdpSocket;
}

export class Listeners implements KnownListeners {
  /** By number, from FIRST_LISTENER on. */
  private readonly open: Listener[] = [];
  /** The numbers of the listeners for all addresses, by `0.0.0.0` and `::`. */
  private readonly wildcards = new Map<string, LocalPort>();
  /** Listeners for all addresses that serve an address without a socket. They cannot tell a broadcast. */
  private readonly substitutes = new Set<LocalPort>();
  private port = 0;
  private readonly unaddressed: UnaddressedRequests;
  private readonly broadcastSockets = new BroadcastSockets((packet, length, peer, port) =>
    this.unaddressed.receive(packet, length, peer, port),
  );
  /** The machine's addresses, as they were read last. */
  private machine: readonly MachineAddress[] = [];
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly handle: RequestHandler,
    private readonly broadcasts: BroadcastRequests,
    private readonly sharesPort: boolean,
  ) {
    this.unaddressed = new UnaddressedRequests(this, handle, broadcasts);
  }

  /**
   * Listens on `hosts`, which are addresses or names. `0.0.0.0` and `::`, for all addresses of their kind, are opened
   * first, so that an address that is also given by itself finds their sockets there.
   *
   * @throws NodeJS.ErrnoException when the port is taken, not permitted, or an address is not this machine's;
   * GroupAddressError when it is one of many machines.
   */
  async listen(hosts: readonly string[], port: number): Promise<void> {
    const addresses = await listeningAddresses(hosts);
    for (let triesLeft = port === 0 ? FREE_PORT_TRIES : 1; ; triesLeft--) {
      try {
        this.port = port;
        for (const address of addresses) {
          this.listenOnIfThere(address);
        }
        if (!this.wildcards.has(ALL_IPV4)) {
          this.broadcastSockets.open(addresses, this.port, !this.broadcasts.areAnswered);
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

  /**
   * Takes requests on sockets that are bound already. Broadcasts are not among them.
   *
   * @throws InheritedSocketError when one of them cannot be used; the others may be open.
   */
  inherit(descriptors: readonly number[]): void {
    for (const descriptor of descriptors) {
      const listener: LocalPort = FIRST_LISTENER + this.open.length;
      const socket = inheritedSocket(descriptor, RECEIVE_BUFFER_BYTES, (packet, length, peer, port) =>
        this.handle(packet, length, listener, peer, port),
      );
      this.open.push({ address: socket.address, scope: NO_SCOPE, socket });
    }
  }

  /** A listener, until they are closed. */
  find(listener: LocalPort): Listener | undefined {
    return this.open[listener - FIRST_LISTENER];
  }

  /** The addresses that are listened on, without sockets that are only for unknown ones. */
  get addresses(): { address: string; port: number }[] {
    return this.open
      .filter(({ address }, index) => !isWildcard(address) || this.substitutes.has(FIRST_LISTENER + index))
      .map(({ address, socket }) => ({ address, port: socket.port }));
  }

  close(): void {
    clearInterval(this.looking);
    this.looking = undefined;
    this.unaddressed.forgetAll();
    this.wildcards.clear();
    this.substitutes.clear();
    for (const { socket } of this.open.splice(0)) {
      socket.close();
    }
    this.broadcastSockets.close();
  }

  ofFamily(wildcard: string): readonly LocalPort[] {
    return this.open.flatMap(({ address }, index) =>
      wildcardOf(address) === wildcard && !isWildcard(address) ? FIRST_LISTENER + index : [],
    );
  }

  /** Of several, that in the smallest network, as for a route. */
  nearest(listeners: readonly LocalPort[], peer: string): LocalPort | undefined {
    let nearest: LocalPort | undefined;
    let mostBits = -1;
    for (const listener of listeners) {
      const { address } = this.get(listener);
      const network = this.machine.find((found) => found.address === address)?.network;
      const bits = Number(network?.split("/")[1]);
      if (network !== undefined && bits > mostBits && isNear(address, network, peer)) {
        nearest = listener;
        mostBits = bits;
      }
    }
    return nearest;
  }

  private get(listener: LocalPort): Listener {
    return this.find(listener) as Listener;
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
        this.add({ address, scope: NO_SCOPE }, () => othersThan(address, machineAddresses()));
      }
      return;
    }
    if (!this.sharesPort) {
      // Bind exclusively first: address reuse would hide that another program owns the port.
      const exclusive = new UdpSocket({ address, port: this.port }, () => {});
      this.port = exclusive.port;
      exclusive.close();
    }
    this.wildcards.set(address, this.add({ address, scope: NO_SCOPE }));
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
      if (present !== known && this.unaddressed.rescan()) {
        known = present;
      }
    }, LOOK_MS).unref();
  }

  /**
   * @param others other addresses of this machine. Called only where they matter: listing them takes a millisecond.
   * @param index position among the listeners; a listener that is there is replaced.
   */
  private add(
    { address, scope }: Omit<Listener, "socket">,
    others: () => readonly string[] = () => [],
    index = this.open.length,
  ): LocalPort {
    const listener: LocalPort = FIRST_LISTENER + index;
    const isForAll = isWildcard(address);
    const wildcard = this.wildcards.get(wildcardOf(address));
    const open = (): UdpSocket =>
      new UdpSocket(
        {
          address,
          port: this.port,
          isShared: this.sharesPort || (CAN_SHARE && (isForAll || wildcard !== undefined)),
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
      wildcard === undefined || CAN_SHARE ? open() : this.get(wildcard).socket.makeRoom(address, others(), open);
    this.port = socket.port;
    this.open[index]?.socket.close();
    this.open[index] = { address, scope, socket };
    return listener;
  }

  /**
   * Handles a request that arrived on the socket for all addresses. Loopback has more addresses than an interface lists,
   * and no broadcast.
   */
  private receiveForUnknown(packet: DataView, length: number, wildcard: LocalPort, peer: string, port: number): void {
    if (isLoopback(peer) || this.substitutes.has(wildcard)) {
      this.handle(packet, length, wildcard, peer, port);
    } else {
      this.unaddressed.receive(packet, length, peer, port);
    }
  }

  addMachineAddresses(): LocalPort[] {
    const added: LocalPort[] = [];
    const machine = machineAddresses();
    this.machine = machine;
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
        added.push(this.add(found, () => others, index < 0 ? undefined : index));
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
      this.open[wildcard - FIRST_LISTENER] = { ...this.get(wildcard), address: found.address, scope: found.scope };
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
function isNear(address: string, network: string, peer: string): boolean {
  return zoneOf(address) === zoneOf(peer) && new AllowedNetworks([network]).includes(peer);
}
