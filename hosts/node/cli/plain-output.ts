/** Prints the lines of `serve` to a stream, without a live view. */
import type { Writable } from "node:stream";
import { LineQueue } from "./line-queue.js";
import { flushed, type Output } from "./output.js";

export class PlainOutput implements Output {
  readonly isLive = false;
  private readonly queue: LineQueue;

  /** @param onDropped called with the number of lines that were lost, when the reader reads again. */
  constructor(
    readonly stream: Writable,
    onDropped: (count: number) => void,
  ) {
    this.queue = new LineQueue(onDropped);
    stream.on("drain", () => this.write());
  }

  print(line: string): void {
    this.queue.add(line);
    this.write();
  }

  watch(): void {}

  watchAddresses(): void {}

  close(): Promise<boolean> {
    return flushed(() => this.queue.isEmpty && this.stream.writableLength === 0);
  }

  private write(): void {
    while (!this.queue.isEmpty && !this.stream.writableNeedDrain) {
      this.queue.writeTo(this.stream);
    }
  }
}
