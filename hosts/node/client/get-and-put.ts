/**
 * The other end for Node programs: fetches files from TFTP servers, and puts files to them.
 */
import dns from "node:dns/promises";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { ClientRequest } from "../../../src/client/index.js";
import {
  ERROR_FILE_NOT_FOUND,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  OUTCOME_UNANSWERED,
  type RetransmissionOptions,
  type TransferView,
} from "../../../src/index.js";
import { hostAndPort } from "../udp/addresses.js";
import { errorText, printable } from "../words.js";
import { type DownloadTarget, LocalFileError, MemoryTarget, openTarget, StreamTarget } from "./download-target.js";
import { type ClientFile, type EndedRun, runTransfer } from "./socket-transfer.js";
import { TftpError } from "./tftp-error.js";
import { parseTftpUrl, type TftpPlace, type TransferMode } from "./tftp-url.js";
import { openSource, type PutSource } from "./upload-source.js";
import { given } from "./without-undefined.js";

/** How a file is fetched or put. Times are those of {@link RetransmissionOptions}. */
export interface ClientTransferOptions extends RetransmissionOptions {
  /** Default `octet`, the file as it is, or the mode in the URL. `netascii` translates line ends. */
  mode?: TransferMode;
  /** Bytes in a block, 8 to 512 (RFC 2348). Default 512, which needs no option. */
  blockSizeBytes?: number;
  /** Blocks before an acknowledgement, 1 to 16,384 (RFC 7440). Default 1: lock-step, as every server knows it. */
  windowSize?: number;
  /** Seconds after which both ends repeat what has no answer, 1 to 255 (RFC 2349). Default: as the round trip has it. */
  timeoutSeconds?: number;
  /** Asks for the file's size, or tells it (RFC 2349 `tsize`). Default true. */
  tellSize?: boolean;
  /** False sends a request without any option, for servers that take no other. Default true. */
  useOptions?: boolean;
  /** Asks every second until the server answers, for a device that is being switched on. Default false. */
  wait?: boolean;
  /** Ends the transfer, and tells the server. The promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called when the server has answered, and whenever blocks got through. The view is good during the call only. */
  onProgress?: (transfer: TransferView) => void;
}

/** How a file is fetched. */
export interface GetOptions extends ClientTransferOptions {
  /** The largest file to accept, in bytes. Default: no limit. */
  maxSizeBytes?: number;
}

/** Where a fetched file goes, if it is not to be kept in memory. */
export interface GetToOptions extends GetOptions {
  /**
   * The path of a file, which appears there only when it is whole, or a stream, which is ended or destroyed. A folder gets
   * a file of the name that it has on the server.
   */
  to: string | URL | Writable;
}

/** What became of a transfer that is complete. */
export interface TransferSummary {
  /** Size of the file at this end. */
  readonly bytes: number;
  /** How long the transfer took, in milliseconds. */
  readonly durationMs: number;
  /** Messages that were sent again because no answer came in time. */
  readonly retransmissions: number;
  /** Bytes in a block, as agreed with the server. */
  readonly blockSizeBytes: number;
  /** Blocks in a window, as agreed with the server. */
  readonly windowSize: number;
}

/** A file that was fetched into memory. */
export interface FetchedFile extends TransferSummary {
  /** The file's bytes. */
  readonly content: Buffer;
}

/**
 * Fetches a file.
 *
 * @param url where it is: `tftp://host[:port]/path`.
 * @throws {@link TftpError} when the transfer fails; TypeError or RangeError when the URL or an option makes no sense; the
 * reason of `signal` when it is aborted.
 */
export function get(url: string | URL, options: GetToOptions): Promise<TransferSummary>;
export function get(url: string | URL, options?: GetOptions): Promise<FetchedFile>;
export async function get(
  url: string | URL,
  options: GetOptions & Partial<GetToOptions> = {},
): Promise<TransferSummary | FetchedFile> {
  options.signal?.throwIfAborted();
  const transfer = new NodeTransfer(url, false, options);
  const target = await transfer.local(() => targetOf(options.to, transfer.place.name));
  try {
    const ended = await transfer.run({ received: target.file }, options.maxSizeBytes);
    transfer.check(ended, target.problem);
    await transfer.local(() => target.finish());
    const summary = summaryOf(ended);
    return target instanceof MemoryTarget ? { ...summary, content: target.content } : summary;
  } catch (error) {
    target.discard(error);
    throw error;
  }
}

/**
 * Puts a file.
 *
 * @param source the path of a file, the bytes themselves, or a stream, which is read to its end before.
 * @param url what it is to be called: `tftp://host[:port]/path`.
 * @throws {@link TftpError} when the transfer fails; TypeError or RangeError when the URL or an option makes no sense; what
 * a stream throws; the reason of `signal` when it is aborted.
 */
export async function put(
  source: PutSource,
  url: string | URL,
  options: ClientTransferOptions = {},
): Promise<TransferSummary> {
  options.signal?.throwIfAborted();
  const transfer = new NodeTransfer(url, true, options);
  const file = await transfer.local(() => openSource(source, options.signal));
  const ended = await transfer.run({ sent: file }, undefined);
  transfer.check(ended, "the file can no longer be read, or has become shorter");
  return summaryOf(ended);
}

async function targetOf(to: string | URL | Writable | undefined, remoteName: string): Promise<DownloadTarget> {
  if (to === undefined) {
    return new MemoryTarget();
  }
  if (typeof to === "string" || to instanceof URL) {
    return openTarget(typeof to === "string" ? to : fileURLToPath(to), remoteName);
  }
  return new StreamTarget(to);
}

function summaryOf({ bytes, durationMs, retransmissions, blockSizeBytes, windowSize }: EndedRun): TransferSummary {
  return { bytes, durationMs, retransmissions, blockSizeBytes, windowSize };
}

/** A transfer, and what there is to say when it fails. */
class NodeTransfer {
  readonly place: TftpPlace;
  private readonly what: string;

  constructor(
    url: string | URL,
    private readonly isPut: boolean,
    private readonly options: ClientTransferOptions,
  ) {
    this.place = parseTftpUrl(String(url));
    const verb = isPut ? "putting" : "getting";
    this.what = `${verb} "${printable(this.place.name)}" ${isPut ? "to" : "from"} ${hostAndPort(this.place.host, this.place.port)}`;
  }

  /** Does something with a file at this end. */
  async local<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof LocalFileError ? this.failure(error.message, "local-file", undefined, error) : error;
    }
  }

  async run(file: ClientFile, maxSizeBytes: number | undefined): Promise<EndedRun> {
    const { signal, onProgress } = this.options;
    const limits = given("maxSizeBytes", maxSizeBytes);
    let address: string;
    try {
      address = await this.resolve();
      signal?.throwIfAborted();
    } catch (error) {
      ("received" in file ? file.received : file.sent).close();
      throw error;
    }
    try {
      const options = { ...timesOf(this.options), ...limits, signal, onProgress };
      return await runTransfer(address, this.place.port, this.request(), file, options);
    } catch (error) {
      if (error instanceof RangeError) {
        throw error;
      }
      throw this.failure(`there is no socket for it: ${(error as Error).message}`, "unreachable", undefined, error);
    }
  }

  /** @throws TftpError unless the transfer is complete. */
  check(ended: EndedRun, localProblem: string): void {
    if (ended.outcome === OUTCOME_COMPLETED) {
      return;
    }
    this.options.signal?.throwIfAborted();
    switch (ended.outcome) {
      case OUTCOME_DECLINED:
      case OUTCOME_ABORTED_BY_PEER:
        throw this.refusal(ended);
      case OUTCOME_UNANSWERED:
        throw this.failure(this.noAnswer(ended), "no-answer", ended, ended.networkError);
      case OUTCOME_TIMED_OUT:
        throw this.failure(`no more answers came after ${ended.bytes} bytes; try again`, "timed-out", ended);
      case OUTCOME_PROBABLY_COMPLETED: {
        const text = "all of it was sent, but the last acknowledgement did not come; look whether the file has arrived";
        throw this.failure(text, "unconfirmed", ended);
      }
      case OUTCOME_PROTOCOL_VIOLATED: {
        const advice = this.options.useOptions === false ? "look for a newer version of it" : "try without options";
        throw this.failure(`the server does not keep to what was asked of it; ${advice}`, "protocol", ended);
      }
      case OUTCOME_TOO_LARGE:
        throw this.failure("the file is larger than the limit that was set", "too-large", ended);
      case OUTCOME_STORAGE_FAILED:
        throw this.failure(localProblem, "local-file", ended);
      default:
        throw this.failure(this.unreachable(ended), "unreachable", ended, ended.networkError);
    }
  }

  private refusal(ended: EndedRun): TftpError {
    if (ended.errorCode === ERROR_FILE_NOT_FOUND) {
      const missing = this.isPut
        ? "the server has no folder for it; make the folder there first"
        : "the server has no such file; look at the name, its capitals included";
      return this.failure(missing, "not-found", ended);
    }
    const serverText = printable(ended.errorText);
    const said = serverText === "" ? `ERROR ${ended.errorCode}, ${errorText(ended.errorCode)}` : serverText;
    return this.failure(`the server says: ${said}`, "refused", ended);
  }

  private noAnswer({ networkError }: EndedRun): string {
    const cause = networkError === undefined ? "" : ` (${networkError.message})`;
    return `nobody answers there${cause}; check the address, and that no firewall is between`;
  }

  private unreachable({ networkError }: EndedRun): string {
    return `this machine cannot send there: ${networkError?.message ?? "it was stopped"}; check the network`;
  }

  private failure(text: string, code: TftpError["code"], ended?: EndedRun, cause?: unknown): TftpError {
    return new TftpError(`${this.what}: ${text}`, code, {
      ...(cause === undefined ? {} : { cause }),
      ...(ended === undefined ? {} : { outcome: ended.outcome }),
      ...(ended !== undefined && ended.errorCode >= 0 ? { errorCode: ended.errorCode } : {}),
      ...(ended !== undefined && ended.errorText !== "" ? { serverText: printable(ended.errorText) } : {}),
    });
  }

  /** IPv4 goes first, because that is what most devices speak that wait for a file. */
  private async resolve(): Promise<string> {
    const { host } = this.place;
    try {
      const addresses = await dns.lookup(host, { all: true });
      return (addresses.find(({ family }) => family === 4) ?? addresses[0])?.address as string;
    } catch (error) {
      const text = `the name ${printable(host)} means no address; check it, or write an address`;
      throw this.failure(text, "unknown-host", undefined, error);
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
      ...given("blockSizeBytes", options.blockSizeBytes),
      ...given("windowSize", options.windowSize),
      ...given("timeoutSeconds", options.timeoutSeconds),
    };
  }
}

const TIMES = ["initialIntervalMs", "minIntervalMs", "maxIntervalMs", "giveUpMs", "lingerMs"] as const;

function timesOf(options: RetransmissionOptions): RetransmissionOptions {
  return Object.fromEntries(TIMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}
