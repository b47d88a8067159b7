/**
 * A DHCP and BOOTP server for firmware, in the manner of ECMA-419, for a network that has no other.
 *
 * ```js
 * import DHCPServer from "lockstep-tftp/dhcp-server";
 * import UDP from "lockstep-tftp/udp";
 *
 * new DHCPServer({
 *   io: UDP,
 *   address: "192.168.88.1",
 *   netmask: "255.255.255.0",
 *   range: "192.168.88.100-192.168.88.115",
 *   boot: [{ file: "image.bin" }],
 *   onLeased({ address, hardwareAddress, file }) {
 *     trace(`${hardwareAddress} has ${address}, told ${file}\n`);
 *   }
 * });
 * ```
 */
import {
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DhcpEngine,
  type DhcpObserver,
  type DhcpTransport,
  type LeaseView,
} from "../../src/dhcp/index.js";
import { addressText } from "../common/address-text.js";
import { boundLeases, type DhcpLease, leaseOf } from "../common/dhcp-lease.js";
import { DhcpLoopEngine } from "../common/dhcp-loop.js";
import { bitsOf, type DhcpAddressOptions, engineOptions } from "../common/dhcp-options.js";
import type { ErrorListener } from "../common/error-listener.js";
import { Loop, type LoopSockets } from "../common/loop.js";
import { ErrorReport } from "./error-report.js";
import { type DatagramHandler, Port } from "./sockets.js";
import { BoardTimer } from "./timer.js";
import type { UDPClass, UDPConstructor } from "./udp.js";

export type { DhcpLease } from "../common/dhcp-lease.js";
export type { DhcpAddressOptions, DhcpBootRule, DhcpFixedAddress } from "../common/dhcp-options.js";

/** Options of a {@link DHCPServer}. In every callback `this` is the server; what a callback throws is caught. */
export interface DHCPServerOptions extends DhcpAddressOptions {
  /**
   * The class of the sockets. That of `lockstep-tftp/udp` answers on the interface that has `address`, and nowhere else. The
   * SDK's hears all interfaces and answers on the default one, so it suits a board with a single interface.
   */
  io: UDPClass;
  /** The board's own address in the network that it serves. */
  address: string;
  /** Netmask of that network. */
  netmask: string;
  /** Free for your own use: the server only keeps it, as its property `target`. */
  target?: unknown;
  /** No other server has answered for six seconds: clients are served from now on. */
  onServing?(this: DHCPServer): void;
  /** Another server is in the network. This one is silent until it is closed and made again. */
  onSilenced?(this: DHCPServer, server: string): void;
  /** A client has its address, for the first time or again. */
  onLeased?(this: DHCPServer, lease: DhcpLease): void;
  /** A client has given its address back. */
  onReleased?(this: DHCPServer, lease: DhcpLease): void;
  /** No address is left for this client. */
  onExhausted?(this: DHCPServer, hardwareAddress: string): void;
  /** A callback or a socket threw. The server goes on. Default: a line on the console. */
  onError?(this: DHCPServer, error: unknown): void;
}

/** Numbers of the two sockets. */
const REQUESTS = 0;
const OTHER_SERVERS = 1;

/** Clients send at most 576 bytes, headers of IP and UDP included (RFC 2131 §2). Some pad their messages to a little more. */
const MAX_MESSAGE_BYTES = 640;

/** Gives addresses and boot files from its construction, after it has looked for other servers, until `close`. */
export default class DHCPServer {
  /** The option `target`. */
  readonly target: unknown;
  readonly #engine: DhcpEngine;
  readonly #timer = new BoardTimer();
  readonly #loop: Loop<DhcpLoopEngine>;

  /**
   * @throws RangeError if an option is out of range; whatever `io` throws if it cannot listen: no network interface is up
   * yet, a port is taken (ESP-IDF's own DHCP server runs on an access point), or memory is short.
   */
  constructor(options: DHCPServerOptions) {
    this.target = options.target;
    const callbacks = new DhcpCallbacks(this, options);
    const sockets = new DhcpSockets(options.io as UDPConstructor, callbacks);
    const address = bitsOf("address", options.address);
    const transactionId = (Math.random() * 2 ** 32) | 0;
    const checked = engineOptions(options, address, bitsOf("netmask", options.netmask), transactionId);
    this.#engine = new DhcpEngine(sockets, checked, callbacks);
    this.#loop = new Loop(new DhcpLoopEngine(this.#engine), this.#timer, sockets, callbacks);
    sockets.open(this.#loop, options.address);
    this.#timer.start(this.#loop);
    this.#loop.run((now) => this.#engine.start(now));
  }

  /** Whether clients are served: the search for other servers found none. */
  get isServing(): boolean {
    return this.#engine.isServing;
  }

  /** The addresses that clients have. */
  get leases(): DhcpLease[] {
    return boundLeases(this.#engine, this.#timer.now());
  }

  /** Answers no more, and closes the sockets. */
  close(): void {
    this.#loop.close();
  }
}

/** The socket of requests, and the one on which other servers answer this one's questions. */
class DhcpSockets implements DhcpTransport, LoopSockets {
  private ports: readonly Port[] = [];

  constructor(
    private readonly io: UDPConstructor,
    private readonly errors: ErrorListener,
  ) {}

  /** @throws whatever the class of the sockets throws. */
  open(handler: DatagramHandler, address: string): void {
    const buffer = this.io.readsIntoBuffer === true ? new DataView(new ArrayBuffer(MAX_MESSAGE_BYTES)) : null;
    this.ports = [new Port(handler, REQUESTS, buffer), new Port(handler, OTHER_SERVERS, buffer)];
    try {
      this.ports[REQUESTS]?.open(this.io, { address, port: DHCP_SERVER_PORT });
      this.ports[OTHER_SERVERS]?.open(this.io, { address, port: DHCP_CLIENT_PORT });
    } catch (error) {
      this.stopListening();
      throw error;
    }
  }

  send(packet: Uint8Array, length: number, address: number, port: number): void {
    try {
      const receiver = this.io.readsIntoBuffer === true ? address >>> 0 : addressText(address);
      this.ports[REQUESTS]?.socket?.write(packet.subarray(0, length), receiver, port);
    } catch (error) {
      this.errors.failed(error);
    }
  }

  readWaiting(): void {
    for (const port of this.ports) {
      if (port.socket !== null) {
        port.read();
      }
    }
  }

  stopListening(): void {
    for (const port of this.ports) {
      if (port.socket !== null) {
        port.close();
      }
    }
  }
}

/** Everything that the author of the firmware hears. One object, since a closure takes seven slots of the heap of XS. */
class DhcpCallbacks extends ErrorReport<DHCPServer> implements DhcpObserver {
  constructor(
    owner: DHCPServer,
    private readonly options: DHCPServerOptions,
  ) {
    super(owner, options.onError);
  }

  leased(lease: LeaseView): void {
    this.tell(this.options.onLeased, leaseOf(lease));
  }

  released(lease: LeaseView): void {
    this.tell(this.options.onReleased, leaseOf(lease));
  }

  declined(): void {}

  refused(): void {}

  exhausted(hardwareAddress: string): void {
    this.tell(this.options.onExhausted, hardwareAddress);
  }

  serving(): void {
    this.tell(this.options.onServing, undefined);
  }

  silenced(address: number): void {
    this.tell(this.options.onSilenced, addressText(address));
  }

  private tell<Value>(callback: ((this: DHCPServer, value: Value) => void) | undefined, value: Value): void {
    try {
      callback?.call(this.owner, value);
    } catch (error) {
      this.failed(error);
    }
  }
}
