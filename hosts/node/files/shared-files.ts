/**
 * The large files that are being sent: one that several clients fetch at the same time is open once, and read once for
 * all of them. A hall of machines that starts wants one and the same image.
 */

import { closeRead, type OpenedFile } from "./confined-folder.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import { SharedFile } from "./shared-file.js";

interface KnownFile {
  readonly file: SharedFile;
  readonly identity: FileIdentity;
}

export class SharedFiles {
  /** By device and number. */
  private readonly shared = new Map<string, KnownFile>();

  /** The file to send. It closes the descriptor, now or later. */
  fileFor({ descriptor, status }: OpenedFile): SharedFile {
    if (!isSettled(status)) {
      return new SharedFile(descriptor, status.size);
    }
    const key = `${status.dev} ${status.ino}`;
    const present = this.shared.get(key);
    if (present !== undefined && isSameFile(present.identity, status)) {
      closeRead(descriptor);
      present.file.share();
      return present.file;
    }
    const file = new SharedFile(descriptor, status.size, () => {
      if (this.shared.get(key)?.file === file) {
        this.shared.delete(key);
      }
    });
    this.shared.set(key, { file, identity: identityOf(status) });
    return file;
  }
}
