/**
 * A TFTP server for firmware, in the manner of ECMA-419.
 *
 * ```js
 * import TFTPServer, { outcomeName } from "lockstep-tftp/server";
 * import { ArchiveStorage } from "lockstep-tftp/storage";
 * import Resource from "Resource";
 * import UDP from "embedded:io/socket/udp";
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
import type { Address, Outcome, ServerOptions, Storage, TransferView } from "../../src/index.js";
import { ServerLoop } from "./server-loop.js";
import type { UDPConstructor } from "./udp.js";

export { addressText } from "../common/address-text.js";
export { outcomeName } from "../common/outcomes.js";
export type { BufferUDP, Datagram, UDP, UDPConstructor, UDPOptions } from "./udp.js";

/** What a {@link TFTPServer} is made of. In every callback `this` is the server; what a callback throws is caught. */
export interface TFTPServerOptions extends Omit<ServerOptions, "addressHash"> {
  /**
   * The class of the sockets: that of `embedded:io/socket/udp`, or another one like it. Addresses are what it gives: a
   * text with the SDK's class, a number with the board's own. `addressText` makes a text of either.
   */
  io: UDPConstructor;
  /** Where the files are. What its methods throw is caught. */
  storage: Storage;
  /** The port on which requests arrive, 1 to 65,535. Default 69. */
  port?: number;
  /** Is told how transfers end and what is refused: the records of a status page. */
  records?: TransferRecorder;
  /** Yours: the server only keeps it, as its property `target`. */
  target?: unknown;
  /**
   * Asked before each request. False leaves it without an answer, for a stranger's address or while memory is short: the
   * client asks again, and running transfers go on.
   */
  onRequest?(this: TFTPServer, address: Address): boolean;
  /** A request was accepted. The transfer's view is good during the callback only, here and below. */
  onStarted?(this: TFTPServer, transfer: TransferView): void;
  /** Blocks got through. */
  onProgress?(this: TFTPServer, transfer: TransferView): void;
  /** A transfer is over, in the way that `outcome` says: one of the engine's OUTCOME_ constants. */
  onEnded?(this: TFTPServer, transfer: TransferView, outcome: Outcome, durationMs: number): void;
  /** A request was answered with an ERROR: `errorCode` of RFC 1350 §5. */
  onRefused?(this: TFTPServer, name: string, isUpload: boolean, errorCode: number, address: Address): void;
  /** Something threw: the storage, a callback, a socket that could not be opened. The server goes on. */
  onError?(this: TFTPServer, error: unknown): void;
}

/** Keeps a record for a status page: `TransferRecords` of `lockstep-tftp/status-page`. */
export interface TransferRecorder {
  /** A transfer is over. `now` is the server's time. */
  ended(transfer: TransferView, outcome: Outcome, now: number): void;
  /** A request was answered with an ERROR: `errorCode` of RFC 1350 §5. */
  refused(isUpload: boolean, errorCode: number): void;
}

/** A TFTP server on a board. It listens from its construction until `close`. */
export default class TFTPServer {
  /** What was given as the option `target`. */
  readonly target: unknown;
  private readonly loop: ServerLoop;

  /**
   * Listens at once.
   *
   * @throws RangeError when an option is out of its range; whatever `io` throws when it cannot listen: no network
   * interface is up yet, the port is taken, there is no memory.
   */
  constructor(options: TFTPServerOptions) {
    this.target = options.target;
    this.loop = new ServerLoop(this, options);
  }

  /** How many transfers are running. */
  get running(): number {
    return this.loop.running;
  }

  /** Requests that the engine left without an answer, because all transfers were taken or a limit was reached. */
  get unansweredRequests(): number {
    return this.loop.unansweredRequests;
  }

  /** How many transfers can run at once. */
  get maxTransfers(): number {
    return this.loop.maxTransfers;
  }

  /** The largest upload in bytes. */
  get maxSizeBytes(): number {
    return this.loop.maxSizeBytes;
  }

  /** Shows each running transfer. The view is good during the call only. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    this.loop.visitRunning(visit);
  }

  /** The time in which `startedAt` of a transfer is told: milliseconds that never go back. */
  now(): number {
    return this.loop.now();
  }

  /**
   * Datagrams that were thrown away because too many came at once. Of those that the system threw away before they came
   * here, the board's own UDP knows the number, and the SDK's does not.
   */
  get droppedDatagrams(): number {
    return this.loop.droppedDatagrams;
  }

  /** Ends every transfer, with an ERROR to its client, and closes the sockets. Unfinished uploads leave nothing. */
  close(): void {
    this.loop.close();
  }
}
