/** A server in a simulated world. */
import { type Address, FIRST_LISTENER, type LocalPort, Server, type ServerOptions } from "lockstep-tftp/engine";
import { equal } from "./assertions.js";
import { EndpointHarness } from "./endpoint-harness.js";
import { checkServerMessage } from "./message-checks.js";
import { type EndedTransfer, RecordingObserver } from "./recording-observer.js";

const POOL_SIZE_DEFAULT = 8;

export class Harness extends EndpointHarness {
  readonly observer = new RecordingObserver();
  readonly server: Server;

  constructor(options: ServerOptions = {}) {
    super(options.maxTransfers ?? POOL_SIZE_DEFAULT, options.singlePort ?? false, checkServerMessage);
    this.server = new Server(this.transport, this.storage, options, this.observer);
  }

  /** The only transfer, at its end. */
  get ended(): EndedTransfer {
    const { endedTransfers } = this.observer;
    equal(endedTransfers.length, 1, "transfers that have ended");
    return endedTransfers[0] as EndedTransfer;
  }

  /** The storage has an answer for commits that were pending. */
  resumeCommits(): void {
    this.server.resumeCommits(this.now);
    this.settle();
  }

  protected override get endpoint(): Server {
    return this.server;
  }

  protected override hand(
    packet: DataView,
    length: number,
    localPort: LocalPort,
    address: Address,
    port: number,
  ): void {
    if (localPort >= FIRST_LISTENER) {
      this.server.request(packet, length, localPort, address, port, this.now);
    } else {
      this.server.receive(packet, length, localPort, address, port, this.now);
    }
  }

  protected override get seenRunning(): number {
    return this.observer.startedTransfers.length - this.observer.endedTransfers.length;
  }
}
