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
import type { DhcpObserver, LeaseView } from "../../src/dhcp/index.js";
import { addressText } from "../common/address-text.js";
import { boundLeases, type DhcpLease, leaseOf } from "../common/dhcp-lease.js";
import { bitsOf, type DhcpAddressOptions, engineOptions, randomBits } from "../common/dhcp-options.js";
import { DhcpHost } from "./dhcp-host.js";
import { ErrorReport } from "./error-report.js";
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
  /**
   * A buffer of at least 1,188 bytes for a message and its answer, which others may use between the server's calls: that of a
   * `TFTPServer` saves memory. Sockets that make a buffer for each datagram need none. Default: a buffer of its own.
   */
  buffer?: DataView | null;
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

/** Gives addresses and boot files from its construction, after it has looked for other servers, until `close`. */
export default class DHCPServer {
  /** The option `target`. */
  readonly target: unknown;
  readonly #host: DhcpHost;

  /**
   * @throws RangeError if an option is out of range; whatever `io` throws if it cannot listen: no network interface is up
   * yet, a port is taken (ESP-IDF's own DHCP server runs on an access point), or memory is short.
   */
  constructor(options: DHCPServerOptions) {
    this.target = options.target;
    const { address, buffer } = options;
    const checked = engineOptions(
      options,
      bitsOf("address", address),
      bitsOf("netmask", options.netmask),
      randomBits(),
    );
    const listening = { io: options.io as UDPConstructor, address, buffer };
    this.#host = new DhcpHost(listening, checked, new DhcpCallbacks(this, options));
  }

  /** Whether clients are served: the search for other servers found none. */
  get isServing(): boolean {
    return this.#host.engine.isServing;
  }

  /** The addresses that clients have. */
  get leases(): DhcpLease[] {
    return boundLeases(this.#host.engine, this.#host.now());
  }

  /** Answers no more, and closes the sockets. */
  close(): void {
    this.#host.close();
  }
}

/** Everything that the author of the firmware hears. One object, since a closure takes seven slots of the heap of XS. */
class DhcpCallbacks extends ErrorReport<DHCPServer> implements DhcpObserver {
  private readonly onServing: DHCPServerOptions["onServing"];
  private readonly onSilenced: DHCPServerOptions["onSilenced"];
  private readonly onLeased: DHCPServerOptions["onLeased"];
  private readonly onReleased: DHCPServerOptions["onReleased"];
  private readonly onExhausted: DHCPServerOptions["onExhausted"];

  /** Keeps the callbacks alone, as the other options take more memory than they do. */
  constructor(owner: DHCPServer, options: DHCPServerOptions) {
    super(owner, options.onError);
    this.onServing = options.onServing;
    this.onSilenced = options.onSilenced;
    this.onLeased = options.onLeased;
    this.onReleased = options.onReleased;
    this.onExhausted = options.onExhausted;
  }

  leased(lease: LeaseView): void {
    if (this.onLeased !== undefined) {
      this.tell(this.onLeased, leaseOf(lease));
    }
  }

  released(lease: LeaseView): void {
    if (this.onReleased !== undefined) {
      this.tell(this.onReleased, leaseOf(lease));
    }
  }

  declined(): void {}

  refused(): void {}

  exhausted(hardwareAddress: string): void {
    this.tell(this.onExhausted, hardwareAddress);
  }

  serving(): void {
    this.tell(this.onServing, undefined);
  }

  silenced(address: number): void {
    this.tell(this.onSilenced, addressText(address));
  }

  private tell<Value>(callback: ((this: DHCPServer, value: Value) => void) | undefined, value: Value): void {
    try {
      callback?.call(this.owner, value);
    } catch (error) {
      this.failed(error);
    }
  }
}
