/**
 * Large files that are being sent: a file that several clients fetch at the same time is opened once, and read once for
 * all of them. A rack or classroom that boots at once wants one image.
 */
import { closeRead, type OpenedFile } from "./confined-folder.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import type { FileErrorListener } from "./file-refusals.js";
import { SharedFile } from "./shared-file.js";

interface KnownFile {
  readonly file: SharedFile;
  readonly identity: FileIdentity;
}

export class SharedFiles {
  /** By device and number. */
  private readonly known = new Map<string, KnownFile>();

  constructor(private readonly onError: FileErrorListener) {}

  /** The file to send. It closes the descriptor, now or later. */
  fileFor(opened: OpenedFile): SharedFile {
    const { descriptor, status } = opened;
    if (!isSettled(status)) {
      return new SharedFile(opened, this.onError);
    }
    const key = `${status.dev} ${status.ino}`;
    const present = this.known.get(key);
    if (present !== undefined && isSameFile(present.identity, status)) {
      closeRead(descriptor);
      present.file.share();
      return present.file;
    }
    const file = new SharedFile(opened, this.onError, () => {
      if (this.known.get(key)?.file === file) {
        this.known.delete(key);
      }
    });
    this.known.set(key, { file, identity: identityOf(status) });
    return file;
  }
}
