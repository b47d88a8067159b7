/** The client for Node programs: fetches files from TFTP servers, and puts files to them. */
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type {
  ClientTransferOptions,
  FetchedFile,
  GetOptions,
  GetToOptions,
  TransferSummary,
} from "./client-options.js";
import type { DownloadTarget } from "./download-target.js";
import { openFileTarget } from "./file-target.js";
import { FileTransfer } from "./file-transfer.js";
import { MemoryTarget } from "./memory-target.js";
import type { TransferEnd } from "./socket-transfer.js";
import { StreamSource } from "./stream-source.js";
import { StreamTarget } from "./stream-target.js";
import { openSource, type PutSource } from "./upload-source.js";
import { withoutUndefined } from "./without-undefined.js";

/**
 * Fetches a file.
 *
 * @param url location of the file: `tftp://host[:port]/path`.
 * @throws {@link TftpError} when the transfer fails; TypeError or RangeError for an invalid URL or option; the reason of
 * `signal` when it is aborted.
 */
export function get(url: string | URL, options: GetToOptions): Promise<TransferSummary>;
export function get(url: string | URL, options?: GetOptions): Promise<FetchedFile>;
export async function get(
  url: string | URL,
  options: GetOptions & Partial<GetToOptions> = {},
): Promise<TransferSummary | FetchedFile> {
  options.signal?.throwIfAborted();
  const transfer = new FileTransfer(url, "get", options);
  const target = await transfer.accessLocalFile(() => openTarget(options.to, transfer.place.name));
  try {
    const end = await transfer.run({ target: target.file }, options.maxSizeBytes);
    transfer.assertCompleted(end, target.problem);
    await transfer.accessLocalFile(() => target.finish());
    const summary = { ...summaryOf(end), ...withoutUndefined({ path: target.path }) };
    return target instanceof MemoryTarget ? { ...summary, content: target.content } : summary;
  } catch (error) {
    target.discard(error);
    throw error;
  }
}

/**
 * Puts a file.
 *
 * @param source path of a file, bytes, or a stream. Of a stream, a mebibyte is read in advance, or two windows if these are
 * more: if it ends within that, its size is announced. Later it is read as fast as the server takes it, and it is destroyed
 * when the transfer has ended.
 * @param url location of the file on the server: `tftp://host[:port]/path`.
 * @throws {@link TftpError} when the transfer, the file or the stream fails; TypeError or RangeError for an invalid URL or
 * option; the reason of `signal` when it is aborted.
 */
export async function put(
  source: PutSource,
  url: string | URL,
  options: ClientTransferOptions = {},
): Promise<TransferSummary> {
  options.signal?.throwIfAborted();
  const transfer = new FileTransfer(url, "put", options);
  let problem = "the local file can no longer be read, or has become shorter; try again";
  const onError = (error: unknown): void => {
    problem = (error as Error).message;
  };
  const file = await transfer.accessLocalFile(() => openSource(source, options, onError));
  const end = await transfer.run({ source: file, pace: file instanceof StreamSource ? file : undefined }, undefined);
  transfer.assertCompleted(end, problem);
  return summaryOf(end);
}

async function openTarget(to: string | URL | Writable | undefined, remoteName: string): Promise<DownloadTarget> {
  if (to === undefined) {
    return new MemoryTarget();
  }
  if (typeof to === "string" || to instanceof URL) {
    return openFileTarget(typeof to === "string" ? to : fileURLToPath(to), remoteName);
  }
  return new StreamTarget(to);
}

function summaryOf({ bytes, durationMs, retransmissions, blockSizeBytes, windowSize }: TransferEnd): TransferSummary {
  return { bytes, durationMs, retransmissions, blockSizeBytes, windowSize };
}
