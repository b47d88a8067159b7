/**
 * A client that uploads a file as the RFCs say: lock-step or windowed, with its own timer (RFC 1350, 2347, 2348, 2349, 7440).
 */
import { ERROR_NOT_DEFINED, OPCODE_ACKNOWLEDGEMENT } from "../../../src/index.js";
import { dataMessage, numberOf, writeRequest } from "../wire/messages.js";
import { encodeNetascii } from "../wire/netascii.js";
import { BLOCK_NUMBER_MASK, SimulatedClient, type SimulatedClientOptions } from "./client.js";
import type { SimulatedWorld } from "./peer.js";

/** Options of a client that uploads. */
export interface PutClientOptions extends SimulatedClientOptions {
  /** The file's bytes. */
  content: Uint8Array;
  /** The block that the client replaces by ERROR 0. Default: none. */
  breaksOffAtBlock?: number;
}

/** The server has not accepted the request yet. */
const NOT_ACCEPTED = -1;

/** A client that uploads a file, as the RFCs say. */
export class PutClient extends SimulatedClient {
  private readonly wire: Uint8Array;
  /** Blocks that the server has acknowledged, counted without wrapping. */
  private confirmed = NOT_ACCEPTED;
  private isWindowRepeated = false;

  constructor(
    world: SimulatedWorld,
    private readonly options: PutClientOptions,
  ) {
    super(world, options);
    this.wire = options.mode === "netascii" ? encodeNetascii(options.content) : options.content;
  }

  protected forget(): void {
    this.confirmed = NOT_ACCEPTED;
    this.isWindowRepeated = false;
  }

  protected requestMessage(): Uint8Array {
    return writeRequest(this.name, this.requestOptions(), this.options.mode);
  }

  protected sizeInRequest(): number {
    return this.wire.length;
  }

  protected awaitsOffer(): boolean {
    return this.confirmed === NOT_ACCEPTED;
  }

  protected offerAccepted(): void {
    this.goOn(0);
  }

  protected receivedBlock(message: Uint8Array, opcode: number): void {
    if (opcode !== OPCODE_ACKNOWLEDGEMENT || this.isOver) {
      return;
    }
    const block = numberOf(message);
    if (this.confirmed === NOT_ACCEPTED) {
      if (block === 0) {
        this.goOn(0);
      }
      return;
    }
    const ahead = (block - this.confirmed) & BLOCK_NUMBER_MASK;
    if (ahead > 0 && ahead <= this.windowEnd - this.confirmed) {
      this.goOn(this.confirmed + ahead);
    } else if (ahead === 0 && this.windowSize > 1 && !this.isWindowRepeated) {
      // RFC 7440 §4: the window's first block is missing. A second such ACK must not repeat the window again.
      this.isWindowRepeated = true;
      this.sendWindow();
    }
  }

  protected repeatAnswer(): void {
    if (this.confirmed === NOT_ACCEPTED) {
      this.sendRequest();
    } else {
      this.sendWindow();
    }
  }

  private goOn(confirmed: number): void {
    this.confirmed = confirmed;
    this.retries = 0;
    this.isWindowRepeated = false;
    if (confirmed === this.lastBlock) {
      this.over("completed", "");
      this.unbind();
    } else {
      this.sendWindow();
    }
  }

  private sendWindow(): void {
    const { windowEnd } = this;
    for (let block = this.confirmed + 1; block <= windowEnd; block++) {
      if (block === this.options.breaksOffAtBlock) {
        this.breakOff(ERROR_NOT_DEFINED, "I changed my mind");
        return;
      }
      const start = (block - 1) * this.blockSize;
      this.send(dataMessage(block, this.wire.subarray(start, start + this.blockSize)), this.serverPort);
    }
    this.wait(this.retryMs());
  }

  private get windowEnd(): number {
    return Math.min(this.confirmed + this.windowSize, this.lastBlock);
  }

  /** Number of the last block, which is shorter than the others and may be empty. */
  private get lastBlock(): number {
    return Math.floor(this.wire.length / this.blockSize) + 1;
  }
}
