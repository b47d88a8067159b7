/**
 * The minimum of a file that keeps an upload: made under a temporary name, written 16 blocks at a time, flushed and renamed, its
 * folder flushed. Nothing is checked.
 */
import fs from "node:fs";

const BUFFER_BYTES = 16 * 512;

let count = 0;
/** Shared: uploads take it for the time between two writes. */
const free: Buffer[] = [];

export class KeptUpload {
  private readonly final: string;
  private readonly temporary: string;
  private readonly descriptor: number;
  private readonly buffer = free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private length = 0;
  private position = 0;

  constructor(private readonly folder: string) {
    this.final = `${folder}/kept-${process.pid}-${++count}`;
    this.temporary = `${this.final}.temporary`;
    this.descriptor = fs.openSync(this.temporary, "wx");
  }

  /** Takes the bytes of a message from `start` on. */
  write(message: Buffer, start: number): void {
    this.length += message.copy(this.buffer, this.length, start);
    if (this.length === BUFFER_BYTES) {
      this.flush();
    }
  }

  complete(): void {
    this.flush();
    fs.fsyncSync(this.descriptor);
    fs.renameSync(this.temporary, this.final);
    const folder = fs.openSync(this.folder, "r");
    fs.fsyncSync(folder);
    fs.closeSync(folder);
    fs.closeSync(this.descriptor);
    free.push(this.buffer);
  }

  /** Drops the file: its client has started over. */
  abandon(): void {
    fs.closeSync(this.descriptor);
    fs.rmSync(this.temporary);
    free.push(this.buffer);
  }

  private flush(): void {
    fs.writeSync(this.descriptor, this.buffer, 0, this.length, this.position);
    this.position += this.length;
    this.length = 0;
  }
}
