/** A request to an upstream and the head of its response, with the redirects between. */
import { failed, UpstreamFailure, unreachable } from "./upstream-failure.js";
import type { UpstreamSettings } from "./upstream-settings.js";

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects after which an upload is one still. */
const UPLOAD_REDIRECTS: ReadonlySet<number> = new Set([307, 308]);

export interface UpstreamRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** Headers of this request, besides those of the settings. */
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the body, for each redirect again. */
  readonly body?: () => AsyncIterable<Uint8Array>;
  /** Of the body, in hexadecimal digits. Needed if requests are signed. */
  readonly bodySha256?: string;
  readonly signal: AbortSignal;
}

/** Options of all requests. */
export type ExchangeSettings = Pick<UpstreamSettings, "headers" | "redirectsTo" | "signer">;

/**
 * Follows redirects, within the origin or to one that is allowed. Headers of the settings and signatures go to the first
 * origin only.
 *
 * @throws UpstreamFailure
 */
export async function exchange(url: string, request: UpstreamRequest, settings: ExchangeSettings): Promise<Response> {
  const { origin } = new URL(url);
  let next = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const own = next.origin === origin ? await ownHeaders(next, request, settings) : {};
    const headers = { "accept-encoding": "identity", ...own, ...request.headers };
    const response = await send(next.href, { ...request, headers });
    if (!REDIRECTS.has(response.status)) {
      return response;
    }
    await response.body?.cancel();
    if (request.body !== undefined && !UPLOAD_REDIRECTS.has(response.status)) {
      throw failed(url, `redirects an upload with status ${response.status}; only 307 and 308 are followed`);
    }
    next = redirectOf(url, next, response);
    if (next.origin !== origin && !settings.redirectsTo.has(next.origin)) {
      throw failed(url, `redirects to ${next.origin}, which redirects-to of the upstream does not allow`);
    }
  }
  throw failed(url, `redirects more than ${MAX_REDIRECTS} times`);
}

async function ownHeaders(
  url: URL,
  { method, bodySha256 }: UpstreamRequest,
  { headers, signer }: ExchangeSettings,
): Promise<Record<string, string>> {
  // Names of the settings' headers may be in capitals.
  const own = Object.fromEntries(new Headers(headers));
  return signer === undefined ? own : { ...own, ...(await signer.headersFor(method, url, bodySha256)) };
}

function redirectOf(url: string, from: URL, { headers }: Response): URL {
  const location = headers.get("location") ?? "";
  const region = headers.get("x-amz-bucket-region");
  if (location === "" && region !== null) {
    throw failed(url, `is in the region ${region}; set aws-region, and the host of the URL`);
  }
  if (!URL.canParse(location, from.href)) {
    throw failed(url, "redirects to nowhere");
  }
  return new URL(location, from.href);
}

async function send(url: string, { method, headers, body, signal }: UpstreamRequest): Promise<Response> {
  // A length among the headers has `fetch` send no chunks, which object stores do not take.
  const upload =
    body === undefined
      ? {}
      : ({ body: body() as unknown as NonNullable<RequestInit["body"]>, duplex: "half" } as const);
  try {
    return await fetch(url, { method, headers, redirect: "manual", signal, ...upload });
  } catch (error) {
    throw error instanceof UpstreamFailure ? error : unreachable(url, error);
  }
}
