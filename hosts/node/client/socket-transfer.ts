/**
 * One transfer of the engine's client, with a socket of its own: from the request until there is nothing more to do.
 */
import type dgram from "node:dgram";
import {
  Client,
  type ClientObserver,
  type ClientOptions,
  type ClientRequest,
  type ClientTransferView,
  NO_SLOT,
} from "../../../src/client/index.js";
import type { Outcome, ReadableFile, TransferView, Transport, WritableFile } from "../../../src/index.js";
import { now } from "../clock.js";
import { PollTimer } from "../poll-timer.js";
import { wildcardOf } from "../udp/addresses.js";
import { BusyPolling } from "../udp/busy-polling.js";
import { ReceiveBuffer, sendDatagram } from "../udp/datagrams.js";
import { openSocket } from "../udp/socket.js";

/** A file and which way it goes. */
export type ClientFile = { readonly received: WritableFile } | { readonly sent: ReadableFile };

/** How a transfer ended. */
export interface EndedRun {
  readonly outcome: Outcome;
  readonly errorCode: number;
  readonly errorText: string;
  readonly bytes: number;
  readonly blocks: number;
  readonly blockSizeBytes: number;
  readonly windowSize: number;
  readonly retransmissions: number;
  readonly durationMs: number;
  /** Why the last datagram could not be sent, if it could not. */
  readonly networkError: Error | undefined;
}

export interface RunOptions extends ClientOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((transfer: TransferView) => void) | undefined;
}
/** A window of blocks may arrive at once. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** The engine's only slot. */
const SLOT = 0;

/**
 * Does a transfer.
 *
 * @param address a literal address.
 * @throws RangeError when the request or an option is out of its range; NodeJS.ErrnoException when there is no socket. The
 * file is closed in any case.
 */
export function runTransfer(
  address: string,
  port: number,
  request: ClientRequest,
  file: ClientFile,
  options: RunOptions,
): Promise<EndedRun> {
  return new Promise((resolve, reject) => {
    try {
      new ClientRun(address, options, request.wait ?? false, resolve).ask(request, file, port);
    } catch (error) {
      ("received" in file ? file.received : file.sent).close();
      reject(error);
    }
  });
}

class ClientRun {
  private readonly engine: Client;
  private readonly timer: PollTimer;
  private readonly busyPolling = new BusyPolling(true);
  private readonly receiveBuffer = new ReceiveBuffer();
  private socket: dgram.Socket | undefined;
  private networkError: Error | undefined;
  private hasStarted = false;
  private isOver = false;

  constructor(
    private readonly address: string,
    private readonly options: RunOptions,
    private readonly waits: boolean,
    private readonly resolve: (ended: EndedRun) => void,
  ) {
    this.engine = new Client(this.transport(), options, this.observer());
    this.timer = new PollTimer(this.engine, () => {});
  }

  ask(request: ClientRequest, file: ClientFile, port: number): void {
    const slot =
      "received" in file
        ? this.engine.get(request, file.received, this.address, port, now())
        : this.engine.put(request, file.sent, this.address, port, now());
    if (slot === NO_SLOT) {
      throw this.networkError ?? new Error("there is no socket for the transfer");
    }
    this.timer.set();
    this.options.signal?.addEventListener("abort", this.stop);
  }

  /** Not at once: the engine may be in the middle of its work, and have called who aborts it. */
  private readonly stop = (): void => {
    setImmediate(() => this.engine.stop(now()));
  };

  private transport(): Transport {
    return {
      open: () => this.open(),
      close: () => {
        this.socket?.close();
        this.socket = undefined;
      },
      send: (packet, length, _localPort, address, port) => {
        if (this.socket !== undefined) {
          sendDatagram(this.socket, packet, length, port, address as string);
        }
      },
    };
  }

  private open(): boolean {
    try {
      const here = { address: wildcardOf(this.address), port: 0, receiveBufferBytes: RECEIVE_BUFFER_BYTES };
      this.socket = openSocket(here, (message, address, port) => this.received(message, address, port));
      this.socket.on("error", (error) => this.notSent(error));
      return true;
    } catch (error) {
      this.networkError = error as Error;
      return false;
    }
  }

  /** A route may appear while somebody waits for a device; otherwise there is no use in asking again. */
  private notSent(error: Error): void {
    this.networkError = error;
    if (!this.hasStarted && !this.waits) {
      this.stop();
    }
  }

  private received(message: Buffer, address: string, port: number): void {
    const length = this.receiveBuffer.put(message);
    this.networkError = undefined;
    this.engine.receive(this.receiveBuffer.view, length, SLOT, address, port, now());
    this.timer.set();
    if (!this.isOver) {
      this.busyPolling.packetAnswered();
    }
  }

  private observer(): ClientObserver {
    return {
      started: (transfer) => {
        this.hasStarted = true;
        this.tell(transfer);
      },
      progressed: (transfer) => this.tell(transfer),
      ended: (transfer, outcome, at) => this.end(transfer, outcome, at),
    };
  }

  /** The slot may linger to repeat the last ACK. That keeps no process from ending. */
  private end(transfer: ClientTransferView, outcome: Outcome, at: number): void {
    this.isOver = true;
    this.options.signal?.removeEventListener("abort", this.stop);
    this.socket?.unref();
    this.timer.unref();
    const { errorCode, errorText, bytes, blocks, blockSizeBytes, windowSize, retransmissions } = transfer;
    const figures = { bytes, blocks, blockSizeBytes, windowSize, retransmissions, durationMs: at - transfer.startedAt };
    this.resolve({ outcome, errorCode, errorText, ...figures, networkError: this.networkError });
  }

  /** What somebody's function throws is thrown later, past the engine, which is in the middle of its work. */
  private tell(transfer: TransferView): void {
    try {
      this.options.onProgress?.(transfer);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }
}
