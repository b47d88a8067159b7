/** The transfer of one file: resolves the server, runs the transfer, and turns its failure into a TftpError. */
import dns from "node:dns/promises";
import type { ClientRequest } from "../../../src/client/index.js";
import { FAILED, OUTCOME_COMPLETED, type RetransmissionOptions, type TransferView } from "../../../src/index.js";
import { failure } from "../../common/failure.js";
import { GuardedReadableFile, GuardedWritableFile, type StorageErrors } from "../../common/guarded-storage.js";
import { printable } from "../../common/printable.js";
import { hostAndPort } from "../udp/addresses.js";
import { groupKind } from "../udp/group-addresses.js";
import type { ClientTransferOptions } from "./client-options.js";
import { LocalFileError } from "./local-file-error.js";
import { type LocalFile, runTransfer, SocketOpenError, type TransferEnd } from "./socket-transfer.js";
import { TftpError, type TftpErrorCode, type TftpErrorDetails } from "./tftp-error.js";
import { parseTftpUrl, type TftpPlace } from "./tftp-url.js";
import { explainFailure } from "./transfer-failure.js";
import { withoutUndefined } from "./without-undefined.js";

const RETRANSMISSION_OPTIONS = [
  "initialIntervalMs",
  "minIntervalMs",
  "maxIntervalMs",
  "giveUpMs",
  "lingerMs",
] as const satisfies readonly (keyof RetransmissionOptions)[];

export class FileTransfer {
  readonly place: TftpPlace;
  /** Beginning of each error message. */
  private readonly subject: string;
  /** Stops the transfer: the signal of the options was aborted, or `onProgress` threw. */
  private readonly stopping = new AbortController();
  /** What `onProgress` threw, which may be undefined. */
  private thrown: { readonly error: unknown } | undefined;
  /** What the local file threw. */
  private fileError: unknown;

  constructor(
    url: string | URL,
    private readonly direction: "get" | "put",
    private readonly options: ClientTransferOptions,
  ) {
    this.place = parseTftpUrl(String(url));
    const { host, port, name } = this.place;
    const [verb, preposition] = direction === "put" ? ["putting", "to"] : ["getting", "from"];
    this.subject = `${verb} "${printable(name)}" ${preposition} ${hostAndPort(host, port)}`;
  }

  /** Turns a LocalFileError of `action` into a TftpError. */
  async accessLocalFile<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof LocalFileError
        ? this.error(error.message, "local-file", withoutUndefined({ cause: error.cause }))
        : error;
    }
  }

  /** Closes the file in any case. */
  async run(file: LocalFile, maxSizeBytes: number | undefined): Promise<TransferEnd> {
    const { signal } = this.options;
    const guarded = this.guard(file);
    const stop = (): void => this.stopping.abort();
    let isTaken = false;
    try {
      const address = this.addressOfOne(await this.resolveHost());
      signal?.throwIfAborted();
      signal?.addEventListener("abort", stop);
      const request = this.request();
      const options = {
        ...withoutUndefined({ ...retransmissionOptions(this.options), maxSizeBytes }),
        signal: this.stopping.signal,
        onProgress: (transfer: TransferView): void => this.reportProgress(transfer),
      };
      isTaken = true;
      return await runTransfer(address, this.place.port, request, guarded, options);
    } catch (error) {
      if (!isTaken) {
        ("target" in guarded ? guarded.target : guarded.source).close();
      }
      if (error instanceof SocketOpenError) {
        const text = `this machine could not open a socket: ${error.message}`;
        throw this.error(text, "unreachable", { cause: error.cause });
      }
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /**
   * A complete transfer stays complete: neither an abort nor an exception that comes too late to stop it makes it fail.
   *
   * @param localProblem why the local file could not be read or written, if that was the failure.
   * @throws TftpError unless the transfer is complete; the error that `onProgress` threw; the reason of an abort.
   */
  assertCompleted(end: TransferEnd, localProblem: string): void {
    const { thrown } = this;
    if (end.outcome === OUTCOME_COMPLETED) {
      if (thrown !== undefined) {
        this.warn(thrown.error);
      }
      return;
    }
    if (thrown !== undefined) {
      throw thrown.error ?? new Error(`${this.subject}: onProgress threw ${thrown.error}`);
    }
    this.options.signal?.throwIfAborted();
    const { code, text } = explainFailure(end, {
      isPut: this.direction === "put",
      useOptions: this.options.useOptions ?? true,
      host: printable(this.place.host),
      localProblem,
    });
    throw this.error(text, code, {
      outcome: end.outcome,
      ...(code === "no-answer" || code === "unreachable" ? withoutUndefined({ cause: end.networkError }) : {}),
      ...(code === "local-file" ? withoutUndefined({ cause: this.fileError }) : {}),
      ...(end.errorCode >= 0 ? { errorCode: end.errorCode } : {}),
      ...(end.errorText !== "" ? { serverText: printable(end.errorText) } : {}),
    });
  }

  /** Nothing may throw through the engine: what the file throws ends the transfer as a failure of the local file. */
  private guard(file: LocalFile): LocalFile {
    const errors: StorageErrors = {
      refuse: (error) => {
        this.fileError ??= error;
        return FAILED;
      },
    };
    return "target" in file
      ? { target: new GuardedWritableFile(file.target, errors) }
      : { source: new GuardedReadableFile(file.source, errors), pace: file.pace };
  }

  private reportProgress(transfer: TransferView): void {
    if (this.thrown !== undefined) {
      return;
    }
    try {
      this.options.onProgress?.(transfer);
    } catch (error) {
      this.thrown = { error };
      this.stopping.abort();
    }
  }

  private warn(cause: unknown): void {
    process.emitWarning(failure(`${this.subject}: complete, but onProgress threw`, cause));
  }

  private error(text: string, code: TftpErrorCode, details: TftpErrorDetails): TftpError {
    return new TftpError(`${this.subject}: ${text}`, code, details);
  }

  /** Prefers IPv4, which most devices that wait for a file speak. */
  private async resolveHost(): Promise<string> {
    const { host } = this.place;
    try {
      const addresses = await dns.lookup(host, { all: true });
      return (addresses.find(({ family }) => family === 4) ?? addresses[0])?.address as string;
    } catch (error) {
      const text = `the host name "${printable(host)}" could not be resolved; check it, or use an address`;
      throw this.error(text, "unknown-host", { cause: error });
    }
  }

  /** A file comes from one server, and goes to one. */
  private addressOfOne(address: string): string {
    const kind = groupKind(address);
    if (kind !== undefined) {
      throw this.error(`${address} is ${kind}, which no server has; give the address of one server`, "unreachable", {});
    }
    return address;
  }

  private request(): ClientRequest {
    const { options } = this;
    const common = {
      name: this.place.name,
      isNetascii: (options.mode ?? this.place.mode) === "netascii",
      wait: options.wait ?? false,
    };
    if (options.useOptions === false) {
      return common;
    }
    return {
      ...common,
      tellSize: options.tellSize ?? true,
      ...withoutUndefined({
        blockSizeBytes: options.blockSizeBytes,
        windowSize: options.windowSize,
        timeoutSeconds: options.timeoutSeconds,
      }),
    };
  }
}

function retransmissionOptions(options: RetransmissionOptions): RetransmissionOptions {
  return Object.fromEntries(RETRANSMISSION_OPTIONS.map((name) => [name, options[name]]));
}
