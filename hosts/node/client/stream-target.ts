/** Passes a fetched file on to a stream, block by block. */
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { FAILED, type WritableFile } from "../../../src/index.js";
import { asError } from "../../common/failure.js";
import { copyOf, type DownloadTarget } from "./download-target.js";
import { LocalFileError } from "./local-file-error.js";

/** Buffers what the stream has not taken yet, because a server does not wait. */
export class StreamTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  private failure: Error | undefined;
  private readonly onError = (error: unknown): void => {
    this.failure ??= asError(error);
  };

  /** @param path the path of a special file behind the stream, if there is one. */
  constructor(
    private readonly stream: Writable,
    readonly path: string | undefined = undefined,
  ) {
    stream.on("error", this.onError);
  }

  get problem(): string {
    return `the stream failed: ${this.failure?.message ?? "it was closed"}`;
  }

  write(source: DataView, offset: number, length: number): number {
    this.throwFailure();
    if (!this.stream.writable) {
      return FAILED;
    }
    try {
      this.stream.write(copyOf(source, offset, length));
    } catch (error) {
      this.onError(error);
      throw error;
    }
    return 0;
  }

  commit(): number {
    this.throwFailure();
    return 0;
  }

  close(): void {}

  /** What a file throws becomes the cause of the transfer's error. */
  private throwFailure(): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }

  async finish(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      throw new LocalFileError(this.problem, { cause: error });
    }
  }

  private async flush(): Promise<void> {
    if (isStandardStream(this.stream)) {
      await new Promise<void>((resolve, reject) => {
        this.stream.write("", (error) => (error ? reject(error) : resolve()));
      });
      this.stream.off("error", this.onError);
    } else {
      this.stream.end();
      await finished(this.stream);
    }
  }

  discard(reason: unknown): void {
    if (isStandardStream(this.stream)) {
      this.stream.off("error", this.onError);
    } else {
      this.stream.destroy(asError(reason));
    }
  }
}

/** The process's own streams stay open after a transfer. */
function isStandardStream(stream: Writable): boolean {
  return stream === process.stdout || stream === process.stderr;
}
