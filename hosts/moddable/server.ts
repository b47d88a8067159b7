/**
 * A TFTP server for firmware, in the manner of ECMA-419.
 *
 * ```js
 * import TFTPServer, { outcomeName } from "lockstep-tftp/server";
 * import { ArchiveStorage } from "lockstep-tftp/storage";
 * import Resource from "Resource";
 * import UDP from "lockstep-tftp/udp";
 *
 * new TFTPServer({
 *   io: UDP,
 *   storage: new ArchiveStorage(new Resource("files.tar")),
 *   onEnded(transfer, outcome) {
 *     trace(`${transfer.name}: ${outcomeName(outcome)}\n`);
 *   }
 * });
 * ```
 */
import {
  type Address,
  checked,
  type LocalPort,
  MAX_PORT,
  type Observer,
  OPCODE_WRITE_REQUEST,
  type Outcome,
  Server,
  type ServerOptions,
  type Storage,
  TFTP_PORT,
  type TransferView,
} from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { GuardedStorage } from "../common/guarded-storage.js";
import { Loop } from "../common/loop.js";
import type { Reason } from "../common/reasons.js";
import { Callbacks } from "./callbacks.js";
import { chipWindowSize } from "./chip.js";
import { type NetworkWait, openNetwork } from "./network-wait.js";
import { refusalReason } from "./refusal-reason.js";
import { type DatagramHandler, Sockets } from "./sockets.js";
import type { ReasonedStorage } from "./storage/reasoned-storage.js";
import { BoardTimer } from "./timer.js";
import type { UDPClass, UDPConstructor } from "./udp.js";
import { RequestView, type TFTPRefusedRequest, type TFTPRequest, type TFTPTransfer } from "./views.js";

export { addressBits } from "../common/ipv4.js";
export { errorName, outcomeName } from "../common/outcomes.js";
export type { Reason, ReasonCode } from "../common/reasons.js";
export type { BufferUDP, Datagram, UDP, UDPClass, UDPConstructor, UDPOptions } from "./udp.js";
export type { TFTPRefusedRequest, TFTPRequest, TFTPTransfer } from "./views.js";

const REASON = "refusalReason";

/** Options of a {@link TFTPServer}. In every callback `this` is the server; what a callback throws is caught. */
export interface TFTPServerOptions extends Omit<ServerOptions, "addressHash" | "maxWindowSize"> {
  /**
   * The largest window in blocks that the server grants (RFC 7440), 1 to 16. Default: what the driver of the network has
   * buffers for, 8 on ESP32 and 4 on its successors; 16 in the simulator.
   */
  maxWindowSize?: number | undefined;
  /**
   * The class of the sockets: that of `lockstep-tftp/udp`, or another one like it, such as the SDK's
   * `embedded:io/socket/udp`.
   */
  io: UDPClass;
  /** Holds the files. It gets a client's address as a text, such as "192.168.4.2". What its methods throw is caught. */
  storage: Storage;
  /** The port on which requests arrive, 1 to 65,535. Default 69. */
  port?: number;
  /**
   * How long to wait for the network, in milliseconds, up to 24 days: as long as `io` throws, the server tries to listen twice
   * a second. When the time is over, `onError` is called and the server is closed. Default 0: the constructor throws.
   */
  maxNetworkWaitMs?: number;
  /**
   * Answers requests that come to a broadcast or multicast address. Default false: they are ignored (RFC 1123 §4.2.3.5), if
   * `io` is the class of `lockstep-tftp/udp`. The SDK's class does not tell where a request came to, so it answers all.
   */
  answerBroadcast?: boolean;
  /** Receives ends of transfers and refusals: the records of a status page. */
  records?: TransferRecorder | undefined;
  /** Free for your own use: the server only keeps it, as its property `target`. */
  target?: unknown;
  /** The server listens: soon after its construction, or when the network is up. */
  onReady?(this: TFTPServer): void;
  /**
   * Called before each request. False leaves it without an answer, for a stranger's address or while memory is short: the
   * client asks again, and running transfers go on.
   */
  onRequest?(this: TFTPServer, request: TFTPRequest): boolean;
  /** A request was accepted. The view of the transfer is valid during the callback only, here and below. */
  onStarted?(this: TFTPServer, transfer: TFTPTransfer): void;
  /** Blocks got through. */
  onProgress?(this: TFTPServer, transfer: TFTPTransfer): void;
  /** A transfer is over. `outcome` is one of the engine's OUTCOME_ constants; `outcomeName` gives its name. */
  onEnded?(this: TFTPServer, transfer: TFTPTransfer, outcome: Outcome, durationMs: number): void;
  /**
   * A request was answered with an ERROR: `errorCode` of RFC 1350 §5, whose name `errorName` gives. `reason` is undefined where
   * the storage gives none.
   */
  onRefused?(this: TFTPServer, request: TFTPRefusedRequest, errorCode: number, reason: Reason | undefined): void;
  /**
   * The storage, a callback or the opening of a socket threw. The server goes on. Default: a line on the console.
   */
  onError?(this: TFTPServer, error: unknown): void;
}

/** Keeps a record for a status page: `TransferRecords` of `lockstep-tftp/status-page`. */
export interface TransferRecorder {
  /** A transfer is over. `now` is the server's time. */
  ended(transfer: TFTPTransfer, outcome: Outcome, now: number): void;
  /** A request was answered with an ERROR: `errorCode` of RFC 1350 §5. `now` is the server's time. */
  refused(name: string, isUpload: boolean, errorCode: number, address: string, now: number, reason?: Reason): void;
}

/** A TFTP server on a board. It listens from its construction, or as soon as the network is up, until `close`. */
export default class TFTPServer {
  /** The option `target`. */
  readonly target: unknown;
  /** The largest upload in bytes. */
  readonly maxSizeBytes: number;
  readonly #sockets: Sockets;
  readonly #timer = new BoardTimer();
  readonly #callbacks: ServerCallbacks;
  readonly #loop: Loop<Server>;
  readonly #networkWait: NetworkWait | null;

  /**
   * Listens at once, or waits for the network.
   *
   * @throws RangeError if an option is out of range; without `maxNetworkWaitMs`, whatever `io` throws if it cannot listen: no
   * network interface is up yet, the port is taken, or memory is short.
   */
  constructor(options: TFTPServerOptions) {
    this.target = options.target;
    this.maxSizeBytes = options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER;
    const port = checked("port", options.port ?? TFTP_PORT, 1, MAX_PORT);
    const callbacks = new ServerCallbacks(this, options);
    this.#callbacks = callbacks;
    const storage = new GuardedStorage(options.storage, callbacks);
    this.#sockets = new Sockets(options.io as UDPConstructor);
    const engine = new Server(this.#sockets, storage, withWindowSize(options), callbacks.observer);
    this.#loop = new Loop(engine, this.#timer, this.#sockets, callbacks);
    this.#sockets.deliverTo(this.#loop);
    callbacks.loop = this.#loop;
    const listen = () => this.#sockets.listen(port, options.answerBroadcast !== true, callbacks);
    this.#networkWait = openNetwork(listen, options, callbacks);
    this.#timer.start(this.#loop);
  }

  /** Number of running transfers. */
  get running(): number {
    return this.#loop.engine.running;
  }

  /** Number of transfers that can run at once. */
  get maxTransfers(): number {
    return this.#loop.engine.free + this.#loop.engine.used;
  }

  /** Requests that the engine left without an answer, because all transfers were taken or a limit was reached. */
  get unansweredRequests(): number {
    return this.#loop.engine.unansweredRequests;
  }

  /**
   * Datagrams that were thrown away because too many came at once. Those that the system threw away are counted with the
   * board's own UDP only: the SDK's does not tell.
   */
  get droppedDatagrams(): number {
    return this.#sockets.droppedDatagrams;
  }

  /** Requests that were ignored because they came to a broadcast or multicast address: see `answerBroadcast`. */
  get ignoredBroadcasts(): number {
    return this.#sockets.ignoredDatagrams;
  }

  /**
   * Receives the datagrams of all sockets; null with sockets that make a buffer for each. A `DHCPServer` may use it too:
   * a server is done with a datagram before the next one is read.
   */
  get buffer(): DataView | null {
    return this.#sockets.buffer;
  }

  /** Shows each running transfer. The view is valid during the call only. */
  visitRunning(visit: (transfer: TFTPTransfer) => void): void {
    this.#loop.engine.visitRunning((transfer) => visit(this.#callbacks.shown(transfer)));
  }

  /** The clock of `startedAt` of a transfer: milliseconds that never go back. */
  now(): number {
    return this.#timer.now();
  }

  /** Ends every transfer, with an ERROR to its client, and closes the sockets. Unfinished uploads leave nothing. */
  close(): void {
    this.#networkWait?.stop();
    this.#loop.close();
  }
}

/** A request's name is not read before it is allowed. */
const NO_NAME = "";

/** The options, with the window that the chip's driver has buffers for. */
function withWindowSize(options: TFTPServerOptions): ServerOptions {
  const maxWindowSize = options.maxWindowSize ?? chipWindowSize();
  return maxWindowSize === undefined ? (options as ServerOptions) : { ...options, maxWindowSize };
}

function reasonedStorage(storage: Storage): ReasonedStorage | null {
  return REASON in storage ? (storage as ReasonedStorage) : null;
}

/** Everything that the author of the firmware decides or hears: requests, reports of the engine, and exceptions. */
class ServerCallbacks
  extends Callbacks<TFTPServer, TransferView, TFTPServerOptions>
  implements Observer, DatagramHandler
{
  loop: Loop<Server> | null = null;
  private readonly request = new RequestView();
  /** The storage, if it gives reasons. */
  private readonly reasoned = reasonedStorage(this.options.storage);

  /** Null where no callback needs the engine's reports, which then cost nothing. */
  get observer(): Observer | null {
    const { onStarted, onProgress, onEnded, onRefused, records } = this.options;
    return (onStarted ?? onProgress ?? onEnded ?? onRefused ?? records) === undefined ? null : this;
  }

  /** Takes a datagram of the listening port. */
  receive(packet: DataView, length: number, listener: LocalPort, address: Address, port: number): void {
    const isRequest = length >= 2 && packet.getUint16(0) <= OPCODE_WRITE_REQUEST;
    if (!isRequest || this.allows(address, port)) {
      if (this.reasoned !== null) {
        this.reasoned.refusalReason = undefined;
      }
      (this.loop as Loop<Server>).request(packet, length, listener, address, port);
    }
  }

  wakeSoon(): void {
    (this.loop as Loop<Server>).wakeSoon();
  }

  override ended(transfer: TransferView, outcome: Outcome, now: number): void {
    try {
      this.options.records?.ended(this.shown(transfer), outcome, now);
    } catch (error) {
      this.failed(error);
    }
    super.ended(transfer, outcome, now);
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void {
    const reason = refusalReason(errorCode, this.reasoned);
    try {
      this.options.records?.refused(name, isUpload, errorCode, addressText(address), this.owner.now(), reason);
      this.options.onRefused?.call(this.owner, this.request.show(address, port, name, isUpload), errorCode, reason);
    } catch (error) {
      this.failed(error);
    }
  }

  private allows(address: Address, port: number): boolean {
    const { onRequest } = this.options;
    try {
      return onRequest === undefined || onRequest.call(this.owner, this.request.show(address, port, NO_NAME, false));
    } catch (error) {
      this.failed(error);
      return false;
    }
  }
}
