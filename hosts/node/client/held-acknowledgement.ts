/** Holds the server's ACK while a stream has not delivered the blocks that would answer it. */
import { HEADER_BYTES, OPCODE_ACKNOWLEDGEMENT } from "../../../src/index.js";

/** How fast a source delivers. */
export interface Pace {
  /** Whether the next window can be read. */
  readonly isReady: boolean;
  /** To be called when that may have become true. */
  onReady: () => void;
  /** Makes the source fail, because it has delivered too little for too long. */
  stall(seconds: number): void;
}

const SECOND_MS = 1000;

/**
 * Meanwhile the engine repeats its last window, which keeps patient servers waiting. A server acknowledges again what is
 * repeated, so the latest ACK is the one to hold.
 */
export class HeldAcknowledgement {
  /** The port from which the server answers; undefined before its first answer. */
  serverPort: number | undefined;
  /** Time of the last progress. */
  progressAt = 0;
  private readonly packet = new DataView(new ArrayBuffer(HEADER_BYTES));
  private isHeld = false;

  /**
   * @param giveUpMs time without progress after which the source is at fault.
   * @param deliver hands an ACK of the server to the engine.
   */
  constructor(
    private readonly pace: Pace,
    private readonly giveUpMs: number,
    private readonly deliver: (packet: DataView, length: number) => void,
  ) {
    pace.onReady = () => this.release();
  }

  /** @returns whether the datagram is held, and not for the engine now. */
  hold(packet: DataView, port: number): boolean {
    if (this.pace.isReady || port !== this.serverPort || packet.getUint16(0) !== OPCODE_ACKNOWLEDGEMENT) {
      return false;
    }
    this.packet.setUint32(0, packet.getUint32(0));
    this.isHeld = true;
    return true;
  }

  /** Ends the transfer before the engine takes the server for silent: it is the stream that is. */
  check(now: number): void {
    if (this.isHeld && now - this.progressAt >= this.giveUpMs) {
      this.pace.stall(this.giveUpMs / SECOND_MS);
    }
  }

  private release(): void {
    if (this.isHeld && this.pace.isReady) {
      this.isHeld = false;
      this.deliver(this.packet, HEADER_BYTES);
    }
  }
}
