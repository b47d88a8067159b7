/** The engine, with a storage that may answer later. */
import {
  type Address,
  type LocalPort,
  type Observer,
  type Outcome,
  type ReadableFile,
  type Refusal,
  Server,
  type ServerOptions,
  type Storage,
  type TransferView,
  type Transport,
  type WritableFile,
} from "../../../src/index.js";
import { HELD, type HeldRequests } from "./held-requests.js";
import type { PacedTransfers } from "./paced-transfers.js";

export class HoldingServer extends Server {
  /**
   * @param storage has an {@link AnsweredStorage} in it where answers may come later.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    transport: Transport,
    storage: Storage,
    options: ServerOptions,
    observer: Observer,
    private readonly held: HeldRequests,
    private readonly paced: PacedTransfers,
  ) {
    super(transport, new PassingStorage(storage, held), options, new GrowthObserver(observer, held, paced));
    paced.giveUpMs = options.giveUpMs;
    held.max = this.free;
    held.maxPerAddress = Math.min(
      options.maxTransfersPerAddress ?? held.max,
      options.maxUnansweredPerAddress ?? held.max,
    );
  }

  override request(
    packet: DataView,
    length: number,
    listener: LocalPort,
    address: Address,
    port: number,
    now: number,
  ): void {
    const { held, paced } = this;
    if (
      (paced.size > 0 && paced.holds(packet, length, listener, address, port, now)) ||
      held.begin(packet, length, listener, address, port, now)
    ) {
      return;
    }
    try {
      super.request(packet, length, listener, address, port, now);
    } catch (error) {
      if (error !== HELD) {
        throw error;
      }
    } finally {
      if (held.end()) {
        this.unansweredRequests++;
      }
    }
  }

  override receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    const { paced } = this;
    if (paced.size === 0 || !paced.holds(packet, length, slot, address, port, now)) {
      super.receive(packet, length, slot, address, port, now);
    }
  }
}

/**
 * Between the engine and its storage. `BUSY` would have the engine end a transfer that its client has not answered for a while,
 * and count the request as one without an answer.
 */
class PassingStorage implements Storage {
  constructor(
    private readonly storage: Storage,
    private readonly held: HeldRequests,
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    return this.held.pass(this.storage.openForReading(name, address));
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    return this.held.pass(this.storage.openForWriting(name, sizeBytes, address));
  }
}

/** Finds the transfers whose files still grow. */
class GrowthObserver implements Observer {
  constructor(
    private readonly observer: Observer,
    private readonly held: HeldRequests,
    private readonly paced: PacedTransfers,
  ) {}

  started(transfer: TransferView, now: number): void {
    const { growing } = this.held;
    if (growing !== undefined) {
      this.paced.add(transfer, growing, now);
    }
    this.observer.started(transfer, now);
  }

  progressed(transfer: TransferView, now: number): void {
    this.observer.progressed(transfer, now);
  }

  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    if (this.paced.size > 0) {
      this.paced.remove(transfer);
    }
    this.observer.ended(transfer, outcome, now);
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void {
    this.observer.refused(name, isUpload, errorCode, address, port);
  }
}
