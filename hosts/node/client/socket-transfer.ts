/** Runs one transfer of the engine's client over its own socket. */
import {
  Client,
  type ClientObserver,
  type ClientOptions,
  type ClientRequest,
  type ClientTransferView,
  NO_SLOT,
} from "../../../src/client/index.js";
import {
  HEADER_BYTES,
  OPCODE_DATA,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  type Outcome,
  type ReadableFile,
  type TransferView,
  type Transport,
  type WritableFile,
} from "../../../src/index.js";
import { GIVE_UP_MS } from "../../common/give-up.js";
import { Loop } from "../../common/loop.js";
import { now, WakeTimer } from "../clock.js";
import { wildcardOf } from "../udp/addresses.js";
import { BusyPolling } from "../udp/busy-polling.js";
import { UdpSocket } from "../udp/socket.js";
import { HeldAcknowledgement, type Pace } from "./held-acknowledgement.js";

/** The local file: the target of a get, or the source of a put. */
export type LocalFile =
  | { readonly target: WritableFile }
  | {
      readonly source: ReadableFile;
      /** How fast the source delivers; undefined if it never lets the engine wait. */
      readonly pace?: Pace | undefined;
    };

/** No socket could be opened: the message says why, and `cause` is what the system said. */
export class SocketOpenError extends Error {}

/** How a transfer ended. */
export interface TransferEnd {
  readonly outcome: Outcome;
  readonly errorCode: number;
  readonly errorText: string;
  readonly bytes: number;
  readonly blocks: number;
  readonly blockSizeBytes: number;
  readonly windowSize: number;
  readonly retransmissions: number;
  /** From the request that was answered. */
  readonly durationMs: number;
  /** The size that was announced; -1 if unknown. */
  readonly sizeBytes: number;
  /** Another address that answered the request, in place of the one that was asked; undefined if none did. */
  readonly otherAddress: string | undefined;
  /** Why the last datagram could not be sent; undefined if it was sent. */
  readonly networkError: Error | undefined;
}

export interface SocketTransferOptions extends ClientOptions {
  readonly signal?: AbortSignal | undefined;
  /** Must not throw: the engine is in the middle of its work. */
  readonly onProgress?: ((transfer: TransferView) => void) | undefined;
}

/** Room for a whole window of blocks that arrives at once. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** The engine's only slot. */
const SLOT = 0;

/**
 * Closes the file in any case.
 *
 * @param address an address, not a name.
 * @param file must not throw: the engine is in the middle of its work.
 * @throws RangeError when the request or an option is out of range; SocketOpenError when no socket can be opened.
 */
export function runTransfer(
  address: string,
  port: number,
  request: ClientRequest,
  file: LocalFile,
  options: SocketTransferOptions,
): Promise<TransferEnd> {
  return new Promise((resolve, reject) => {
    try {
      const transfer = new SocketTransfer(address, options, request.wait ?? false, resolve, reject);
      transfer.start(request, file, port);
    } catch (error) {
      ("target" in file ? file.target : file.source).close();
      reject(error);
    }
  });
}

class SocketTransfer {
  private readonly engine: Client;
  private readonly loop: Loop<Client>;
  private readonly timer = new WakeTimer(() => this.wake());
  private readonly busyPolling: BusyPolling;
  private socket: UdpSocket | undefined;
  private networkError: Error | undefined;
  private hasStarted = false;
  /** Time of the latest request; once the server has answered, of the one that it may have answered. */
  private requestedAt = 0;
  private otherAddress: string | undefined;
  private held: HeldAcknowledgement | undefined;

  constructor(
    private readonly address: string,
    private readonly options: SocketTransferOptions,
    private readonly waits: boolean,
    private readonly resolve: (end: TransferEnd) => void,
    reject: (error: unknown) => void,
  ) {
    this.engine = new Client(this.transport(), options, this.observer());
    this.busyPolling = new BusyPolling(this.engine);
    // The engine closes the only socket, and the timer lets Node read it first (clock.ts).
    const sockets = { readWaiting: () => {}, stopListening: () => {} };
    const errors = {
      failed: (error: unknown) => {
        reject(error);
        this.stop();
      },
    };
    this.loop = new Loop(this.engine, this.timer, sockets, errors);
  }

  start(request: ClientRequest, file: LocalFile, port: number): void {
    if ("source" in file && file.pace !== undefined) {
      this.holdAcknowledgements(file.pace);
    }
    const slot = this.loop.run((now) =>
      "target" in file
        ? this.engine.get(request, file.target, this.address, port, now)
        : this.engine.put(request, file.source, this.address, port, now),
    );
    if (slot === NO_SLOT) {
      throw new SocketOpenError(this.networkError?.message ?? "no port is free", { cause: this.networkError });
    }
    this.options.signal?.addEventListener("abort", this.stop);
  }

  private holdAcknowledgements(pace: Pace): void {
    const held = new HeldAcknowledgement(pace, this.options.giveUpMs ?? GIVE_UP_MS, (packet, length) =>
      this.loop.receive(packet, length, SLOT, this.address, held.serverPort as number),
    );
    this.held = held;
  }

  private wake(): void {
    this.held?.check(now());
    this.loop.wake();
  }

  private readonly stop = (): void => this.loop.runLater((now) => this.engine.stop(now));

  private transport(): Transport {
    return {
      open: () => this.open(),
      close: () => {
        this.socket?.close();
        this.socket = undefined;
      },
      send: (packet, length, _localPort, address, port) => {
        if (!this.hasStarted) {
          this.requestedAt = now();
        }
        this.socket?.send(packet, length, address as string, port);
      },
    };
  }

  private open(): boolean {
    try {
      const address = wildcardOf(this.address);
      const onError = (error: Error): void => this.handleSocketError(error);
      this.socket = new UdpSocket(
        { address, port: 0, receiveBufferBytes: RECEIVE_BUFFER_BYTES, onError },
        (packet, length, peer, peerPort) => {
          this.networkError = undefined;
          this.noteOther(packet, length, peer);
          if (peer === this.address && length >= HEADER_BYTES && this.held?.hold(packet, peerPort)) {
            return;
          }
          this.loop.receive(packet, length, SLOT, peer, peerPort);
          this.busyPolling.expectPacket();
        },
      );
      return true;
    } catch (error) {
      this.networkError = error as Error;
      return false;
    }
  }

  /** A device with several addresses may answer from another one, which the engine must refuse. */
  private noteOther(packet: DataView, length: number, peer: string): void {
    if (!this.hasStarted && peer !== this.address && length >= HEADER_BYTES && isAnswer(packet.getUint16(0))) {
      this.otherAddress = peer;
    }
  }

  /** Gives up at once, unless it waits for a device: then a route may still appear. */
  private handleSocketError(error: Error): void {
    this.networkError = error;
    if (!this.hasStarted && !this.waits) {
      this.stop();
    }
  }

  private observer(): ClientObserver {
    return {
      started: (transfer, at) => {
        this.hasStarted = true;
        if (this.held !== undefined) {
          this.held.serverPort = transfer.port;
        }
        this.progress(transfer, at);
      },
      progressed: (transfer, at) => this.progress(transfer, at),
      ended: (transfer, outcome, at) => this.end(transfer, outcome, at),
    };
  }

  private progress(transfer: TransferView, at: number): void {
    if (this.held !== undefined) {
      this.held.progressAt = at;
    }
    this.options.onProgress?.(transfer);
  }

  /** The slot may linger to repeat the last ACK, which does not keep the process running. */
  private end(transfer: ClientTransferView, outcome: Outcome, at: number): void {
    this.options.signal?.removeEventListener("abort", this.stop);
    this.socket?.unref();
    this.timer.unref();
    const { errorCode, errorText, bytes, blocks, sizeBytes, blockSizeBytes, windowSize, retransmissions } = transfer;
    const figures = { bytes, blocks, sizeBytes, blockSizeBytes, windowSize, retransmissions };
    const { otherAddress, networkError } = this;
    const durationMs = at - this.requestedAt;
    this.resolve({ outcome, errorCode, errorText, ...figures, durationMs, otherAddress, networkError });
  }
}

function isAnswer(opcode: number): boolean {
  return opcode >= OPCODE_DATA && opcode <= OPCODE_OPTION_ACKNOWLEDGEMENT;
}
