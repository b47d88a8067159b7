/** What a host knows of a request before its body has come. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it came, for example `/api/files/a%20b`. */
  readonly target: string;
  /** Who asks. */
  readonly address: string;
  /** The value of a header, named in small letters; undefined when the request has none of that name. */
  header(name: string): string | undefined;
}
