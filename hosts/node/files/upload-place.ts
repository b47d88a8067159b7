/** Places of uploads, as rules decide on them. */
import type { Refusal, WritableFile } from "../../../src/index.js";

/** Where an upload goes. */
export interface UploadPlace {
  /** Name of the file. */
  readonly name: string;
  /** Whether missing folders of the name are made. */
  readonly makesFolders: boolean;
  /** Older versions that are kept beside the file, or 0. */
  readonly keep: number;
}

/** A storage that knows more of an upload than its name. {@link DirectoryStorage} is one. */
export interface PlacedUploads {
  /** Opens a file for writing, as `openForWriting` does. */
  openUpload(place: UploadPlace, sizeBytes: number): WritableFile | Refusal;
}
