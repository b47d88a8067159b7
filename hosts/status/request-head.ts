/** A header that a page of another origin cannot set without permission (CORS), which is never granted. */
export const OWN_HEADER = "x-lockstep-tftp";

/** The headers that are read, in lower case. A host may drop the others. */
export const USED_HEADERS = Object.freeze([
  "host",
  "origin",
  "sec-fetch-site",
  "content-length",
  "transfer-encoding",
  OWN_HEADER,
] as const);

export type UsedHeader = (typeof USED_HEADERS)[number];

/** A browser sends some 20, and a proxy adds some. A request with more is refused. */
export const MAX_HEADERS = 64;

/** A request as the host knows it before the body arrives. */
export interface RequestHead {
  readonly method: string;
  /** Request target as received, for example `/api/files/a%20b`. */
  readonly target: string;
  /** Address of the client. */
  readonly address: string;
  /** Number of headers that the client sent. Those after one too many need not be read. */
  readonly headerCount: number;
  /** Value of the header; undefined if the request has none. A host must not drop any that the client sent. */
  header(name: UsedHeader): string | undefined;
}
