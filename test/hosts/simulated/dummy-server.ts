/** A server that does step by step what an engine does, and what it must not do. */
import type { ReadableFile, TransferView } from "lockstep-tftp/engine";
import {
  CheckedStorage,
  dataMessage,
  MemoryStorage,
  type OptionTexts,
  readRequest,
  SeededRandom,
  WireChecker,
} from "lockstep-tftp/simulated";

const CONTENT = new SeededRandom(1).bytes(1300);
const CLIENT = "192.168.4.2";
export const PORT = 2000;
export const SLOT = 0;
export const LISTENER = 65_536;
const LIMITS = {
  singlePort: false,
  maxTransfers: 4,
  maxWindowSize: 4,
  maxSizeBytes: 10_000,
  shortestIntervalMs: 30,
  giveUpMs: 25_000,
  lingerMs: 10_000,
};

export class DummyServer {
  readonly state = { free: 4, used: 0, running: 0, nextAt: 0, accepting: true };
  readonly storage: CheckedStorage;
  readonly checker: WireChecker;
  /** Bytes of the file that it reads when it accepts a request. */
  readsBytes = CONTENT.length;
  private file: ReadableFile | undefined;

  constructor() {
    const files = new MemoryStorage();
    files.set("file", CONTENT);
    this.storage = new CheckedStorage(files);
    this.checker = new WireChecker(LIMITS, this.storage, this.state);
  }

  /** A datagram arrives, and the server `acts`. */
  receives(message: Uint8Array, acts: () => void = () => {}, port = PORT, localPort = SLOT, now = 0): this {
    this.checker.receives(message, localPort, CLIENT, port, now);
    acts();
    this.checker.returned();
    return this;
  }

  polls(now: number, acts: () => void = () => {}): this {
    this.checker.polls(now);
    acts();
    this.checker.returned();
    return this;
  }

  /** A read request, properly accepted, and its first answer. */
  accepts(first: Uint8Array, options: OptionTexts = []): this {
    return this.receives(readRequest("file", options), () => this.starts(first), PORT, LISTENER);
  }

  starts(first: Uint8Array): void {
    this.file = this.storage.openForReading("file", CLIENT) as ReadableFile;
    for (let position = 0; position < this.readsBytes; position += 512) {
      this.file.read(new Uint8Array(512), position);
    }
    this.takes(1);
    this.checker.started(this.view);
    this.sends(first);
  }

  sends(message: Uint8Array, localPort = SLOT, port = PORT): void {
    this.checker.sends(message, localPort, CLIENT, port);
  }

  sendsWindow(): void {
    this.sends(block(1));
    this.sends(block(2));
  }

  ends(outcome: number): void {
    this.file?.close();
    this.takes(-1);
    this.checker.ended(this.view, outcome);
  }

  private takes(count: number): void {
    this.state.free -= count;
    this.state.used += count;
    this.state.running += count;
  }

  private get view(): TransferView {
    return { slot: SLOT, address: CLIENT, port: PORT, name: "file", isUpload: false } as TransferView;
  }
}

export function block(number: number): Uint8Array {
  return dataMessage(number, CONTENT.subarray((number - 1) * 512, number * 512));
}
