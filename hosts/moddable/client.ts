/**
 * A TFTP client for firmware, in the manner of ECMA-419.
 *
 * ```js
 * import TFTPClient from "lockstep-tftp/client";
 * import { FileStorage } from "lockstep-tftp/storage";
 * import files from "embedded:storage/files";
 * import UDP from "lockstep-tftp/udp";
 *
 * const storage = new FileStorage({ directory: files, write: "overwrite" });
 * const client = new TFTPClient({
 *   io: UDP,
 *   onEnded(transfer, outcome) {
 *     trace(`${transfer.name}: ${outcome}, ${transfer.bytes} bytes\n`);
 *   }
 * });
 * client.get({ address: "192.168.1.10", name: "config.json" }, storage.openForWriting("config.json"));
 * ```
 */
import {
  Client,
  type ClientOptions,
  type ClientRequest,
  type ClientTransferView,
  NO_SLOT,
} from "../../src/client/index.js";
import {
  type Address,
  checked,
  isRefusal,
  MAX_PORT,
  type Outcome,
  type ReadableFile,
  type Refusal,
  TFTP_PORT,
  type WritableFile,
} from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { GuardedFile, GuardedReadableFile, GuardedWritableFile } from "../common/guarded-storage.js";
import { addressBits } from "../common/ipv4.js";
import { Loop } from "../common/loop.js";
import { Callbacks } from "./callbacks.js";
import { type NetworkWait, openNetwork } from "./network-wait.js";
import { Sockets } from "./sockets.js";
import { BoardTimer } from "./timer.js";
import type { UDPClass, UDPConstructor } from "./udp.js";
import type { TFTPTransfer } from "./views.js";

export { outcomeName } from "../common/outcomes.js";
export type { BufferUDP, Datagram, UDP, UDPClass, UDPConstructor, UDPOptions } from "./udp.js";
export type { TFTPTransfer } from "./views.js";

/** Options of a {@link TFTPClient}. In every callback `this` is the client; what a callback throws is caught. */
export interface TFTPClientOptions extends ClientOptions {
  /**
   * The class of the sockets: that of `lockstep-tftp/udp`, or another one like it, such as the SDK's
   * `embedded:io/socket/udp`.
   */
  io: UDPClass;
  /** Free for your own use: the client only keeps it, as its property `target`. */
  target?: unknown;
  /**
   * How long to wait for the network, in milliseconds, up to 24 days: as long as `io` throws, the client tries twice a second to
   * open a socket. When the time is over, `onError` is called and the client is closed. Default 0: it does not try.
   */
  maxNetworkWaitMs?: number;
  /** The network is up: the moment to `get` and `put`. Soon after the construction without `maxNetworkWaitMs`. */
  onReady?(this: TFTPClient): void;
  /** A server has answered. The view of the transfer is valid during the callback only, here and below. */
  onStarted?(this: TFTPClient, transfer: TFTPTransfer): void;
  /** Blocks got through. */
  onProgress?(this: TFTPClient, transfer: TFTPTransfer): void;
  /**
   * A transfer is over. `outcome` is one of the engine's OUTCOME_ constants; `outcomeName` gives its name. The slot is
   * still taken, so the callback can begin another transfer only if `maxTransfers` leaves one more.
   */
  onEnded?(this: TFTPClient, transfer: TFTPClientTransfer, outcome: Outcome, durationMs: number): void;
  /** A file, a callback or the opening of a socket threw. The client goes on. Default: a line on the console. */
  onError?(this: TFTPClient, error: unknown): void;
}

/** A transfer of a client, with its server's address as a text. Valid during the callback only. */
export interface TFTPClientTransfer extends ClientTransferView {
  /** The server's IPv4 address, such as "192.168.4.2". */
  readonly address: string;
}

/** The name of a file, and the server that has it or gets it. */
export interface TFTPClientRequest extends ClientRequest {
  /** The server's IPv4 address: a text such as "192.168.1.1", or its 32 bits as a whole number of 0 or more. */
  address: Address;
  /** The server's port, 1 to 65,535. Default 69. */
  port?: number;
}

/** Begins a transfer; returns its slot. */
type Begin<File> = (file: File, address: Address, port: number, now: number) => number;

/** Fetches files from servers and puts files to them. */
export default class TFTPClient {
  /** The option `target`. */
  readonly target: unknown;
  readonly #io: UDPConstructor;
  readonly #callbacks: Callbacks<TFTPClient, ClientTransferView, TFTPClientOptions>;
  readonly #loop: Loop<Client>;
  readonly #networkWait: NetworkWait | null;

  /**
   * Opens no socket yet, except to try the network.
   *
   * @throws RangeError if an option is out of range.
   */
  constructor(options: TFTPClientOptions) {
    this.target = options.target;
    this.#io = options.io as UDPConstructor;
    this.#callbacks = new Callbacks<TFTPClient, ClientTransferView, TFTPClientOptions>(this, options);
    const sockets = new Sockets(this.#io);
    const timer = new BoardTimer();
    this.#loop = new Loop(new Client(sockets, options, this.#callbacks), timer, sockets, this.#callbacks);
    sockets.deliverTo(this.#loop);
    const tryNetwork = options.maxNetworkWaitMs ? () => new this.#io({}).close() : () => {};
    this.#networkWait = openNetwork(tryNetwork, options, this.#callbacks);
    timer.start(this.#loop);
  }

  /** Number of running transfers. */
  get running(): number {
    return this.#loop.engine.running;
  }

  /**
   * Asks for a file. `file` gets its `commit` when it is whole, and is closed in any case, also when this throws.
   *
   * @returns the transfer's number, for `abort`: its `slot`, valid until `onEnded`. -1 without room, or a socket, for one
   * more.
   * @throws RangeError if the request cannot be sent; TypeError if `file` is a storage's refusal; Error if the client is
   * closed.
   */
  get(request: TFTPClientRequest, file: WritableFile | Refusal): number {
    return this.#begin(request, file, (opened, address, port, now) =>
      this.#loop.engine.get(request, new GuardedWritableFile(opened, this.#callbacks), address, port, now),
    );
  }

  /**
   * Puts a file, which is read block by block. Everything else is as with `get`.
   *
   * @returns the transfer's number, or -1.
   * @throws as `get` does.
   */
  put(request: TFTPClientRequest, file: ReadableFile | Refusal): number {
    return this.#begin(request, file, (opened, address, port, now) =>
      this.#loop.engine.put(request, new GuardedReadableFile(opened, this.#callbacks), address, port, now),
    );
  }

  /**
   * Ends a transfer with an ERROR to its server; a file that is not whole leaves nothing. In a callback the transfer ends
   * after the callback. A number of no transfer does nothing.
   */
  abort(transfer: number): void {
    this.#loop.runLater((now) => {
      if (transfer >= 0 && transfer < this.#loop.engine.free + this.#loop.engine.used) {
        this.#loop.engine.abort(transfer, now);
      }
    });
  }

  /** Ends every transfer, with an ERROR to its server, and closes the sockets. Files that are not whole leave nothing. */
  close(): void {
    this.#networkWait?.stop();
    this.#loop.close();
  }

  #begin<File extends ReadableFile | WritableFile>(
    request: TFTPClientRequest,
    file: File | Refusal,
    begin: Begin<File>,
  ): number {
    let slot = NO_SLOT;
    try {
      if (this.#loop.isClosed) {
        throw new Error("The client is closed; make a new one");
      }
      if (isRefusal(file)) {
        throw new TypeError(`The storage refused the file (error ${~file}); check its return value before you use it`);
      }
      const address = comparable(request.address, this.#io);
      const port = checked("port", request.port ?? TFTP_PORT, 1, MAX_PORT);
      slot = this.#loop.run((now) => begin(file, address, port, now));
    } finally {
      if (slot === NO_SLOT && !isRefusal(file)) {
        // The engine does not take this file.
        new GuardedFile(file, this.#callbacks).close();
      }
    }
    return slot;
  }
}

/** The address in the form of the sockets, whose senders' addresses the engine compares it with. */
function comparable(address: Address, io: UDPConstructor): Address {
  const bits = typeof address === "string" ? addressBits(address) : address;
  if (bits >>> 0 !== bits) {
    throw new RangeError(`address is ${address}; it must be an IPv4 address, such as "192.168.1.1"`);
  }
  return io.readsIntoBuffer === true ? bits : addressText(bits);
}
