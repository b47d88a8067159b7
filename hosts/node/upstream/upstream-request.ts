/** One request to an upstream: its redirects, its limits of time, and what its head says. */
import { failed, UpstreamFailure, unreachable } from "./upstream-failure.js";
import type { UpstreamSettings } from "./upstream-settings.js";

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
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
 * Follows redirects, within the origin or to one that is allowed. Headers of the settings go to the first origin only.
 *
 * @throws UpstreamFailure
 */
export async function requestFile(
  url: string,
  own: Readonly<Record<string, string>>,
  settings: UpstreamSettings,
  patience: Patience,
): Promise<Response> {
  const { origin } = new URL(url);
  let next = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const headers = {
      "accept-encoding": "identity",
      ...(next.origin === origin ? { ...settings.headers, ...own } : own),
    };
    const response = await send(next.href, headers, patience);
    if (!REDIRECTS.has(response.status)) {
      return response;
    }
    await response.body?.cancel();
    const location = response.headers.get("location") ?? "";
    if (!URL.canParse(location, next.href)) {
      throw failed(url, "redirects to nowhere");
    }
    next = new URL(location, next.href);
    if (next.origin !== origin && !settings.redirectsTo.has(next.origin)) {
      throw failed(url, `redirects to ${next.origin}, which redirects-to of the upstream does not allow`);
    }
  }
  throw failed(url, `redirects more than ${MAX_REDIRECTS} times`);
}

async function send(url: string, headers: Record<string, string>, { controller }: Patience): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: "manual", signal: controller.signal });
  } catch (error) {
    throw error instanceof UpstreamFailure ? error : unreachable(url, error);
  }
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
