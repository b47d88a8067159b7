/**
 * Downloads of files that still grow. The engine reads the next window as soon as an ACK asks for it, so the ACK is held until
 * that window is there. Meanwhile the engine repeats the last one, which keeps patient clients waiting, and a client
 * acknowledges again what is repeated: the ACK that reaches furthest is the one to hold.
 */
import {
  type Address,
  FIRST_LISTENER,
  HEADER_BYTES,
  type LocalPort,
  MAX_BLOCK_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  type TransferView,
} from "../../../src/index.js";
import { GIVE_UP_MS } from "../give-up.js";
import type { GrowingFile } from "./growing-file.js";
import type { HeldRequestsHost } from "./held-requests.js";

/** A file that stands still for this share of it has failed: its client gets an ERROR before the engine gives up. */
const STILL_SHARE = 0.6;
/** Looks for such files in that time. */
const LOOKS = 8;
const SECOND_MS = 1000;
const BLOCK_NUMBER_MASK = 0xffff;
const NOTHING = -1;

/** The host's part. */
export interface PacedTransfersHost extends Pick<HeldRequestsHost, "request" | "now" | "lookAfter"> {
  /** Hands a datagram of a transfer's own port to the engine. */
  receive(packet: DataView, length: number, slot: number, address: Address, port: number): void;
}

export class PacedTransfers {
  /** Number of transfers. While there is none, a packet costs one comparison. */
  size = 0;
  private stillMs = GIVE_UP_MS * STILL_SHARE;
  private readonly byPort = new Map<number, PacedTransfer[]>();
  private isLooking = false;

  constructor(private readonly host: PacedTransfersHost) {}

  /** @param giveUpMs time without progress after which the engine ends a transfer. */
  set giveUpMs(giveUpMs: number | undefined) {
    this.stillMs = (giveUpMs ?? GIVE_UP_MS) * STILL_SHARE;
  }

  /** @param view is good until the transfer ends. */
  add(view: TransferView, file: GrowingFile, now: number): void {
    const transfer = new PacedTransfer(view, file, now);
    const others = this.byPort.get(view.port);
    if (others === undefined) {
      this.byPort.set(view.port, [transfer]);
    } else {
      others.push(transfer);
    }
    this.size++;
    file.onGrowth = () => this.release(transfer);
  }

  remove(view: TransferView): void {
    const transfers = this.byPort.get(view.port) ?? [];
    const index = transfers.findIndex((transfer) => transfer.view === view);
    const [removed] = index < 0 ? [] : transfers.splice(index, 1);
    if (removed === undefined) {
      return;
    }
    this.size--;
    removed.file.onGrowth = ignore;
    if (transfers.length === 0) {
      this.byPort.delete(view.port);
    }
  }

  /**
   * Whether a datagram is held, and not for the engine now.
   *
   * @param at the port at which it arrived: a slot, or a listening port.
   */
  holds(packet: DataView, length: number, at: LocalPort, address: Address, port: number, now: number): boolean {
    const transfers = length < HEADER_BYTES ? undefined : this.byPort.get(port);
    if (transfers === undefined) {
      return false;
    }
    const isAcknowledgement = packet.getUint16(0) === OPCODE_ACKNOWLEDGEMENT;
    for (const transfer of transfers) {
      const { view } = transfer;
      if (view.address === address && (at >= FIRST_LISTENER || at === view.slot)) {
        if (isAcknowledgement) {
          const isHeld = transfer.holds(packet.getUint16(2), at, now);
          this.lookLater(isHeld);
          return isHeld;
        }
        // After a new request, an ACK from before must not decide which transfer the client wants.
        transfer.forget();
      }
    }
    return false;
  }

  private release(transfer: PacedTransfer): void {
    const { host } = this;
    if (transfer.mayGoOn) {
      const { packet, at, view } = transfer;
      if (at >= FIRST_LISTENER) {
        host.request(packet, HEADER_BYTES, at, view.address, view.port);
      } else {
        host.receive(packet, HEADER_BYTES, at, view.address, view.port);
      }
    }
  }

  private lookLater(isNeeded: boolean): void {
    if (isNeeded && !this.isLooking) {
      this.isLooking = true;
      this.host.lookAfter(this.stillMs / LOOKS, () => {
        this.isLooking = false;
        this.lookLater(this.look());
      });
    }
  }

  /** Ends the transfers whose files stand still. Returns whether others wait. */
  private look(): boolean {
    const waiting = [...this.byPort.values()].flat().filter(({ isWaiting }) => isWaiting);
    const endsBefore = this.host.now() - this.stillMs;
    for (const transfer of waiting) {
      if (transfer.passedAt <= endsBefore) {
        transfer.file.stall(this.stillMs / SECOND_MS);
        this.release(transfer);
      }
    }
    return waiting.length > 0;
  }
}

class PacedTransfer {
  /** The ACK that is held. */
  readonly packet = new DataView(new ArrayBuffer(HEADER_BYTES));
  /** The port at which it arrived. */
  at: LocalPort = 0;
  /** Blocks that it confirms. */
  private blocks = NOTHING;

  /** @param passedAt time of the last progress. */
  constructor(
    readonly view: TransferView,
    readonly file: GrowingFile,
    public passedAt: number,
  ) {}

  get isWaiting(): boolean {
    return this.blocks !== NOTHING;
  }

  /** Whether what the held ACK asks for is there. */
  get mayGoOn(): boolean {
    return this.isWaiting && this.hasNext(this.blocks);
  }

  forget(): void {
    this.blocks = NOTHING;
  }

  holds(blockNumber: number, at: LocalPort, now: number): boolean {
    const { view } = this;
    const blocks = (blockNumber - view.blocks) & BLOCK_NUMBER_MASK;
    const sendsNothing = blocks > view.windowSize || (blocks === 0 && view.blocks > 0);
    if (sendsNothing || this.hasNext(blocks)) {
      if (!sendsNothing) {
        this.forget();
        this.passedAt = now;
      }
      return false;
    }
    if (blocks >= this.blocks) {
      this.blocks = blocks;
      this.at = at;
      this.packet.setUint16(0, OPCODE_ACKNOWLEDGEMENT);
      this.packet.setUint16(2, blockNumber);
    }
    return true;
  }

  /** Whether the window after that many more confirmed blocks can be read. In netascii blocks have no more bytes of the file. */
  private hasNext(blocks: number): boolean {
    const { view, file } = this;
    const lastBlockAt = view.bytes + (blocks + view.windowSize - 1) * view.blockSizeBytes;
    return file.readyBytes >= Math.min(lastBlockAt + MAX_BLOCK_BYTES, file.sizeBytes);
  }
}

function ignore(): void {}
