/** The engine, with a storage that may answer later. */
import {
  type Address,
  type LocalPort,
  type Observer,
  type ReadableFile,
  type Refusal,
  Server,
  type ServerOptions,
  type Storage,
  type Transport,
  type WritableFile,
} from "../../../src/index.js";
import { HELD, type HeldRequests } from "./held-requests.js";

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
  ) {
    super(transport, new PassingStorage(storage, held), options, observer);
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
    const { held } = this;
    if (held.begin(packet, length, listener, address, port, now)) {
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
