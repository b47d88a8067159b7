/** What the rules of a server let clients do with names. Users of the page may do no more. */
export interface NameRights {
  /** Whether a client at this address may be told of a file. */
  mayRead(name: string, address: string): boolean;
  /** The name that an upload of `name` from this address gets; undefined if it is refused. */
  uploadName(name: string, address: string): string | undefined;
}
