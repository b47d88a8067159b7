/** The files that the firmware serves: the board's file system over the flash image. */
import Resource from "Resource";
import type { Storage } from "../../../src/index.js";
import type { WritePolicy } from "../../common/write-policy.js";
import type { Directory } from "../storage/directory.js";
import { ArchiveStorage, FileStorage, OverlayStorage } from "../storage/index.js";

/** The archive in the flash image. */
const ARCHIVE = "files.tar";

/**
 * @param directory the board's file system, or undefined when it has none.
 */
export function servedFiles(directory: Directory | undefined, write: WritePolicy): Storage {
  const image = Resource.exists(ARCHIVE) ? new ArchiveStorage(new Resource(ARCHIVE)) : undefined;
  const files = directory === undefined ? undefined : new FileStorage({ directory, write });
  if (image !== undefined && files !== undefined) {
    return new OverlayStorage({ upper: files, lower: image, mayHide: write === "overwrite" });
  }
  const storage = files ?? image;
  if (storage === undefined) {
    throw new Error(`There is nothing to serve: neither a file system nor ${ARCHIVE} in the flash image`);
  }
  return storage;
}
