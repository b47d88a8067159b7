/** What the rules of a server let clients do with names. Users of the page may do no more. */
import type { Refusal, WritableFile } from "../../src/index.js";

/** An upload under the name that rules give it. */
export interface NamedUpload {
  /** Name of the file. */
  readonly name: string;
  /** The open file, or why it cannot be written. */
  readonly file: WritableFile | Refusal;
}

/** What the rules of a server let clients do with names. */
export interface NameRights {
  /** Whether a client at this address may be told of a file. */
  mayRead(name: string, address: string): boolean;
  /** The name that an upload of `name` from this address gets; undefined if it is refused. */
  uploadName(name: string, address: string): string | undefined;
  /** Opens the file for an upload of `name`. */
  openUpload(name: string, sizeBytes: number, address: string): NamedUpload;
}
