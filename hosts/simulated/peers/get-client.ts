/**
 * A client that downloads a file as the RFCs say: lock-step or windowed, with its own timer (RFC 1350, 2347, 2348, 2349,
 * 7440). The models of real clients extend it by their differences.
 */
import { HEADER_BYTES, OPCODE_DATA } from "../../../src/index.js";
import { US_PER_MS } from "../network/virtual-clock.js";
import { GrowingBytes } from "../wire/bytes.js";
import { acknowledgement, numberOf, readRequest } from "../wire/messages.js";
import { decodeNetascii } from "../wire/netascii.js";
import { BLOCK_NUMBER_MASK, SimulatedClient, type SimulatedClientOptions } from "./client.js";
import type { SimulatedWorld } from "./peer.js";

/** Options of a client that downloads. */
export interface GetClientOptions extends SimulatedClientOptions {
  /** Time after the last block for which the client stays to acknowledge it again, in milliseconds. Default 0. */
  dallyMs?: number;
}

/** Lets the next message out of order be answered at once. */
const NONE_TOLD = Number.MAX_SAFE_INTEGER - 1;

/** A client that downloads a file, as the RFCs say. */
export class GetClient extends SimulatedClient {
  /** Number of DATA messages that were repeated or too early. */
  outOfOrder = 0;

  /** The next block, counted without wrapping. */
  protected expected = 1;
  private payloads = new GrowingBytes();
  private unacknowledged = 0;
  /** Messages out of order since the last answer to one. */
  private untold = NONE_TOLD;

  constructor(
    world: SimulatedWorld,
    private readonly options: GetClientOptions,
  ) {
    super(world, options);
  }

  /** The file as far as it has come, translated from netascii if that is the mode. */
  get content(): Uint8Array {
    const wire = this.payloads.copy();
    return this.options.mode === "netascii" ? decodeNetascii(wire) : wire;
  }

  protected forget(): void {
    this.expected = 1;
    this.payloads = new GrowingBytes();
    this.unacknowledged = 0;
    this.untold = NONE_TOLD;
  }

  protected requestMessage(): Uint8Array {
    return readRequest(this.name, this.requestOptions(), this.options.mode);
  }

  protected sizeInRequest(): number {
    return 0;
  }

  protected awaitsOffer(): boolean {
    return this.expected === 1;
  }

  protected offerAccepted(): void {
    this.acknowledge();
  }

  protected receivedBlock(message: Uint8Array, opcode: number): void {
    if (opcode !== OPCODE_DATA) {
      return;
    }
    const ahead = (numberOf(message) - this.expected) & BLOCK_NUMBER_MASK;
    if (ahead !== 0 || this.isOver) {
      this.outOfOrder++;
      this.receivedOutOfOrder(ahead);
    } else if (message.length - HEADER_BYTES > this.blockSize) {
      this.breakOff(4, "This block is too large");
    } else {
      this.takePayload(message.subarray(HEADER_BYTES));
    }
  }

  private takePayload(payload: Uint8Array): void {
    this.payloads.append(payload);
    this.expected++;
    this.unacknowledged++;
    this.retries = 0;
    this.untold = NONE_TOLD;
    if (payload.length < this.blockSize) {
      this.acknowledge();
      this.finished();
    } else if (this.unacknowledged >= this.windowSize) {
      this.acknowledge();
    } else {
      this.wait(this.retryMs());
    }
    this.progressed();
  }

  /** Called after each block. For models that abort. */
  protected progressed(): void {}

  /**
   * Takes a block that is repeated, or that follows a missing one. In lock-step every repeated block gets its ACK again;
   * with a window the last block in order is acknowledged at once (RFC 7440 §4), and then once per window.
   *
   * @param ahead the distance from the expected block, modulo 65,536.
   */
  protected receivedOutOfOrder(ahead: number): void {
    const isRepeated = ahead > BLOCK_NUMBER_MASK >> 1;
    const tells = this.windowSize === 1 ? isRepeated : ++this.untold >= this.windowSize;
    if (tells) {
      this.untold = 0;
      this.acknowledge();
    }
  }

  /** Acknowledges the last block in order; after an OACK, that is block 0. */
  protected acknowledge(): void {
    this.unacknowledged = 0;
    this.send(acknowledgement(this.expected - 1), this.serverPort);
    if (!this.isOver) {
      this.wait(this.retryMs());
    }
  }

  /** Ends after the last block was acknowledged. */
  protected finished(): void {
    this.over("completed", "");
    const { dallyMs = 0 } = this.options;
    if (dallyMs > 0) {
      this.world.clock.after(dallyMs * US_PER_MS, () => this.unbind());
    } else {
      this.unbind();
    }
  }

  protected repeatAnswer(): void {
    this.acknowledge();
  }
}
