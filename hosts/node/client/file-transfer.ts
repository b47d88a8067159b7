/** The transfer of one file: resolves the server, runs the transfer, and turns its failure into a TftpError. */
import dns from "node:dns/promises";
import type { ClientRequest } from "../../../src/client/index.js";
import { OUTCOME_COMPLETED, type RetransmissionOptions, type TransferView } from "../../../src/index.js";
import { printable } from "../../common/printable.js";
import { hostAndPort } from "../udp/addresses.js";
import type { ClientTransferOptions } from "./client-options.js";
import { LocalFileError } from "./local-file-error.js";
import { type LocalFile, runTransfer, type TransferEnd } from "./socket-transfer.js";
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
  /** Aborted with the error that `onProgress` throws. */
  private readonly callbackFailure = new AbortController();

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
      throw error instanceof LocalFileError ? this.error(error.message, "local-file", { cause: error }) : error;
    }
  }

  /** Closes the file in any case. */
  async run(file: LocalFile, maxSizeBytes: number | undefined): Promise<TransferEnd> {
    const { signal } = this.options;
    let address: string;
    try {
      address = await this.resolveHost();
      signal?.throwIfAborted();
    } catch (error) {
      ("target" in file ? file.target : file.source).close();
      throw error;
    }
    try {
      const options = {
        ...withoutUndefined({ ...retransmissionOptions(this.options), maxSizeBytes }),
        signal: AbortSignal.any([this.callbackFailure.signal, ...(signal === undefined ? [] : [signal])]),
        onProgress: (transfer: TransferView): void => this.reportProgress(transfer),
      };
      return await runTransfer(address, this.place.port, this.request(), file, options);
    } catch (error) {
      if (error instanceof RangeError) {
        throw error;
      }
      const text = `this machine could not open a socket: ${(error as Error).message}`;
      throw this.error(text, "unreachable", { cause: error });
    }
  }

  /**
   * @param localProblem why the local file could not be read or written, if that was the failure.
   * @throws TftpError unless the transfer is complete; the error that `onProgress` threw; the reason of an abort.
   */
  assertCompleted(end: TransferEnd, localProblem: string): void {
    this.callbackFailure.signal.throwIfAborted();
    if (end.outcome === OUTCOME_COMPLETED) {
      return;
    }
    this.options.signal?.throwIfAborted();
    const { code, text } = explainFailure(end, {
      isPut: this.direction === "put",
      useOptions: this.options.useOptions ?? true,
      localProblem,
    });
    throw this.error(text, code, {
      outcome: end.outcome,
      ...(code === "no-answer" || code === "unreachable" ? withoutUndefined({ cause: end.networkError }) : {}),
      ...(end.errorCode >= 0 ? { errorCode: end.errorCode } : {}),
      ...(end.errorText !== "" ? { serverText: printable(end.errorText) } : {}),
    });
  }

  private reportProgress(transfer: TransferView): void {
    try {
      this.options.onProgress?.(transfer);
    } catch (error) {
      this.callbackFailure.abort(error);
    }
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
