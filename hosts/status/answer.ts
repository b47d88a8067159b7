/** Answers over HTTP, with the headers common to all of them. */
import { CONTENT_SECURITY_POLICY } from "lockstep-tftp:page";

export interface Answer {
  readonly status: number;
  /** All headers but the length, which the host adds. Names are in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

const JSON_TYPE = "application/json; charset=utf-8";
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Answers are not cached, sniffed, embedded by other sites, or named in referrers. The policy is meant for the page; data
 * opened as a page can do nothing under it.
 */
const COMMON_HEADERS = Object.freeze([
  Object.freeze(["cache-control", "no-store"] as const),
  Object.freeze(["x-content-type-options", "nosniff"] as const),
  Object.freeze(["referrer-policy", "no-referrer"] as const),
  Object.freeze(["cross-origin-resource-policy", "same-origin"] as const),
  Object.freeze(["content-security-policy", CONTENT_SECURITY_POLICY] as const),
]);

export const STATUS_OK = 200;
export const STATUS_CREATED = 201;
export const STATUS_BAD_REQUEST = 400;
export const STATUS_FORBIDDEN = 403;
export const STATUS_NOT_FOUND = 404;
export const STATUS_METHOD_NOT_ALLOWED = 405;
export const STATUS_TIMEOUT = 408;
export const STATUS_CONFLICT = 409;
export const STATUS_LENGTH_REQUIRED = 411;
export const STATUS_TOO_LARGE = 413;
/** RFC 9110 §15.5.20: the request was meant for another server. */
export const STATUS_MISDIRECTED = 421;
/** RFC 6585 §5. */
export const STATUS_HEADERS_TOO_LARGE = 431;
export const STATUS_FAILED = 500;
export const STATUS_UNAVAILABLE = 503;
/** RFC 4918 §11.5. */
export const STATUS_NO_ROOM = 507;

function answer(status: number, type: string, body: string | Uint8Array): Answer {
  return { status, headers: [["content-type", type], ...COMMON_HEADERS], body };
}

/** @param compressed the page in gzip, as built. */
export function pageAnswer(compressed: Uint8Array): Answer {
  const { headers, ...page } = answer(STATUS_OK, "text/html; charset=utf-8", compressed);
  return { ...page, headers: [...headers, ["content-encoding", "gzip"]] };
}

export function metricsAnswer(text: string): Answer {
  return answer(STATUS_OK, METRICS_TYPE, text);
}

export function dataAnswer(data: object, status = STATUS_OK): Answer {
  return answer(status, JSON_TYPE, JSON.stringify(data));
}

/** For health checks, which look at the status only. */
export function healthAnswer(isListening: boolean): Answer {
  return dataAnswer({ isListening }, isListening ? STATUS_OK : STATUS_UNAVAILABLE);
}

/** @param message a sentence that says what happened, to what, and what to do next. */
export function errorAnswer(status: number, message: string): Answer {
  return dataAnswer({ error: message }, status);
}

/** Lists the allowed methods (RFC 9110 §15.5.6). */
export function methodNotAllowed(allowed: string): Answer {
  const { headers, ...refusal } = errorAnswer(STATUS_METHOD_NOT_ALLOWED, `Only ${allowed} is allowed here.`);
  return { ...refusal, headers: [...headers, ["allow", allowed]] };
}
