/**
 * A terminal to which writing does not block. Node's own stream waits in the middle of a write while the terminal takes
 * nothing, after Ctrl-S or when a connection has stalled, and the whole process with it.
 */
import fs, { constants } from "node:fs";
import { Writable } from "node:stream";
import type { WriteStream } from "node:tty";

/** Where Linux lets a process open once more what it has open. Elsewhere writing may block. */
const OPEN_FILES = "/proc/self/fd";
const FLAGS = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** A terminal that takes nothing is tried again after this time. A file without events has no other way. */
const RETRY_MS = 50;

type Written = (error?: Error | null) => void;

export class PatientTerminal extends Writable {
  private constructor(
    private readonly descriptor: number,
    private readonly terminal: WriteStream,
  ) {
    super();
    terminal.on("resize", () => this.emit("resize"));
  }

  /** Returns undefined if the system cannot open the terminal a second time. The first time may be shared with a shell. */
  static open(terminal: WriteStream & { readonly fd: number }): PatientTerminal | undefined {
    try {
      return new PatientTerminal(fs.openSync(`${OPEN_FILES}/${terminal.fd}`, FLAGS), terminal);
    } catch {
      return undefined;
    }
  }

  get columns(): number {
    return this.terminal.columns;
  }

  get rows(): number {
    return this.terminal.rows;
  }

  override _write(bytes: Buffer, _encoding: string, written: Written): void {
    this.writeFrom(bytes, written);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], written: Written): void {
    this.writeFrom(Buffer.concat(chunks.map(({ chunk }) => chunk)), written);
  }

  private writeFrom(bytes: Buffer, written: Written): void {
    let at = 0;
    try {
      while (at < bytes.length) {
        at += fs.writeSync(this.descriptor, bytes, at);
      }
      written();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") {
        setTimeout(() => this.writeFrom(bytes.subarray(at), written), RETRY_MS);
      } else {
        written(error as Error);
      }
    }
  }
}
