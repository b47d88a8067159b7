/** A request for a file: its limits of time, and what the head of the response says. */
import { type ExchangeSettings, exchange } from "./upstream-exchange.js";
import { failed, type UpstreamFailure } from "./upstream-failure.js";

/** Slower than this is as good as nothing: a modem of 1995. */
const MIN_BYTES_PER_SECOND = 1024;

/** Ends a response that brings too little. Twice the time may pass until that is seen. */
export class Patience {
  readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private receivedBytes = 0;

  constructor(
    private readonly timeoutMs: number,
    private readonly url: string,
  ) {
    this.timer = setInterval(() => this.check(), timeoutMs);
  }

  received(bytes: number): void {
    this.receivedBytes += bytes;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private check(): void {
    if (this.receivedBytes < (MIN_BYTES_PER_SECOND * this.timeoutMs) / 1000) {
      this.controller.abort(failed(this.url, `brought ${this.receivedBytes} bytes in ${this.timeoutMs / 1000} s`));
    }
    this.receivedBytes = 0;
  }
}

/**
 * Asks for a file.
 *
 * @throws UpstreamFailure
 */
export function requestFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  settings: ExchangeSettings,
  { controller }: Patience,
): Promise<Response> {
  return exchange(url, { method: "GET", headers, signal: controller.signal }, settings);
}

/**
 * Size of the body as the head announces it; undefined if the body is chunked.
 *
 * @throws UpstreamFailure for a body of which nobody could tell whether it is whole, or that is too large.
 */
export function announcedBytes(url: string, { headers }: Response, maxFileBytes: number): number | undefined {
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw failed(url, `sent the content encoding ${encoding}, which was not asked for`);
  }
  const length = headers.get("content-length");
  if (length === null) {
    if (headers.get("transfer-encoding") === null) {
      throw failed(url, "announced no length");
    }
    return undefined;
  }
  const sizeBytes = Number(length);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw failed(url, `announced the length "${length}"`);
  }
  if (sizeBytes > maxFileBytes) {
    throw tooLarge(url, maxFileBytes);
  }
  return sizeBytes;
}

export function tooLarge(url: string, maxFileBytes: number): UpstreamFailure {
  return failed(url, `is larger than ${maxFileBytes} bytes, the largest file of the upstream (max-size)`);
}
