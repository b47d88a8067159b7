/** A request as the host knows it before the body arrives. */
export interface RequestHead {
  readonly method: string;
  /** Request target as received, for example `/api/files/a%20b`. */
  readonly target: string;
  /** Address of the client. */
  readonly address: string;
  /** Value of the header with this name in lower case; undefined if the request has none. */
  header(name: string): string | undefined;
}
