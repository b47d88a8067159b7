/** Reasons why a file could not be had from an upstream. */
import { shownUrl } from "../rules/url-template.js";
import type { UpstreamFailureLike } from "./upstream-options.js";

export class UpstreamFailure extends Error implements UpstreamFailureLike {
  constructor(
    readonly outcome: UpstreamFailureLike["outcome"],
    readonly code: UpstreamFailureLike["code"],
    message: string,
  ) {
    super(message);
  }

  /** Whether a copy that may be old is better than nothing. */
  get allowsOldCopy(): boolean {
    return this.outcome === "failed";
  }
}

export function failed(url: string, what: string): UpstreamFailure {
  return new UpstreamFailure("failed", "upstream_failed", `${shownUrl(url)} ${what}`);
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was lost",
  ENOTFOUND: "the name is unknown",
  EAI_AGAIN: "the name could not be looked up",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the network",
  ETIMEDOUT: "the connection took too long",
  UND_ERR_CONNECT_TIMEOUT: "the connection took too long",
  UND_ERR_SOCKET: "the connection was lost",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself; add it to NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by an unknown authority; add that to NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by an unknown authority; add that to NODE_EXTRA_CA_CERTS",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** What `fetch` threw before the head of a response came. */
export function unreachable(url: string, error: unknown): UpstreamFailure {
  return new UpstreamFailure("failed", "upstream_unreachable", `${shownUrl(url)}: ${causeOf(error)}`);
}

/** The cause of what `fetch` threw, in words. */
export function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const code = cause?.code ?? "";
  const sentence = SENTENCES[code] ?? cause?.message ?? (error as Error).message;
  return code === "" || sentence.includes(code) ? sentence : `${sentence} (${code})`;
}
