/**
 * A TFTP client for firmware, in the manner of ECMA-419.
 *
 * ```js
 * import TFTPClient from "lockstep-tftp/client";
 * import { FileStorage } from "lockstep-tftp/storage";
 * import files from "embedded:storage/files";
 * import UDP from "embedded:io/socket/udp";
 *
 * const storage = new FileStorage({ directory: files, uploads: "replace" });
 * const client = new TFTPClient({
 *   io: UDP,
 *   onEnded(transfer, outcome) {
 *     trace(`${transfer.name}: ${outcome}, ${transfer.bytes} bytes\n`);
 *   }
 * });
 * client.get({ address: "192.168.1.10", name: "config.json" }, storage.openForWriting("config.json", -1));
 * ```
 */
import type { ClientOptions, ClientRequest, ClientTransferView } from "../../src/client/index.js";
import type { Address, Outcome, ReadableFile, TransferView, WritableFile } from "../../src/index.js";
import { ClientLoop } from "./client-loop.js";
import type { UDPConstructor } from "./udp.js";

export { addressText } from "../common/address-text.js";
export type { BufferUDP, Datagram, UDP, UDPConstructor, UDPOptions } from "./udp.js";

/** What a {@link TFTPClient} is made of. In every callback `this` is the client; what a callback throws is caught. */
export interface TFTPClientOptions extends ClientOptions {
  /**
   * The class of the sockets: that of `embedded:io/socket/udp`, or another one like it. A transfer's address is what it
   * gives: a text with the SDK's class, a number with the board's own. `addressText` makes a text of either.
   */
  io: UDPConstructor;
  /** Yours: the client only keeps it, as its property `target`. */
  target?: unknown;
  /** A server has answered. The transfer's view is good during the callback only, here and below. */
  onStarted?(this: TFTPClient, transfer: TransferView): void;
  /** Blocks got through. */
  onProgress?(this: TFTPClient, transfer: TransferView): void;
  /**
   * A transfer is over, in the way that `outcome` says: one of the engine's OUTCOME_ constants. Its place is still taken,
   * so the next one can begin here only if `maxTransfers` leaves one more.
   */
  onEnded?(this: TFTPClient, transfer: ClientTransferView, outcome: Outcome, durationMs: number): void;
  /** Something threw: a file, a callback, a socket that could not be opened. The client goes on. */
  onError?(this: TFTPClient, error: unknown): void;
}

/** What is asked of which server. */
export interface TFTPClientRequest extends ClientRequest {
  /** The server's IPv4 address: a text such as "192.168.1.1", or its 32 bits as a whole number of 0 or more. */
  address: Address;
  /** The server's port, 1 to 65,535. Default 69. */
  port?: number;
}

/** Fetches files from servers and puts files to them. */
export default class TFTPClient {
  /** What was given as the option `target`. */
  readonly target: unknown;
  private readonly loop: ClientLoop;

  /**
   * Opens no socket yet.
   *
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: TFTPClientOptions) {
    this.target = options.target;
    this.loop = new ClientLoop(this, options);
  }

  /** How many transfers are running. */
  get running(): number {
    return this.loop.running;
  }

  /**
   * Asks for a file. `file` gets its `commit` when it is whole, and is closed in any case, also when this throws.
   *
   * @returns the transfer's number, for `abort`: it is that of its `slot`, and good until `onEnded`. -1 when there is no
   * room, or no socket, for one more.
   * @throws RangeError when the request cannot be sent as it is; TypeError when `file` is a storage's refusal; Error when
   * the client is closed.
   */
  get(request: TFTPClientRequest, file: WritableFile): number {
    return this.loop.get(request, file);
  }

  /**
   * Puts a file, which is read block by block. Everything else is as with `get`.
   *
   * @returns the transfer's number, or -1.
   * @throws as `get` does.
   */
  put(request: TFTPClientRequest, file: ReadableFile): number {
    return this.loop.put(request, file);
  }

  /**
   * Ends a transfer with an ERROR to its server; a file that is not whole leaves nothing. In a callback it ends when the
   * callback is over. A number of no transfer does nothing.
   */
  abort(transfer: number): void {
    this.loop.abort(transfer);
  }

  /** Ends every transfer, with an ERROR to its server, and closes the sockets. Files that are not whole leave nothing. */
  close(): void {
    this.loop.close();
  }
}
