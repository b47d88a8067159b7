/**
 * Large files that are being sent: a file that several clients fetch at the same time is opened once, and read once for
 * all of them. A rack or classroom that boots at once wants one image.
 */
import { closeRead, type OpenedFile } from "./confined-folder.js";
import { type FileIdentity, isSameFile, isSettled } from "./file-identity.js";
import type { FileErrorListener } from "./file-refusals.js";
import { SharedFile } from "./shared-file.js";

export class SharedFiles {
  private readonly known = new Map<string, SharedFile>();

  constructor(private readonly onError: FileErrorListener) {}

  /** The file to send. It closes the descriptor, now or later. */
  fileFor(opened: OpenedFile): SharedFile {
    const { descriptor, status } = opened;
    if (!isSettled(status)) {
      return new SharedFile(opened, this.onError);
    }
    const key = keyOf(status);
    const present = this.known.get(key);
    if (present !== undefined && isSameFile(present.identity, status)) {
      closeRead(descriptor);
      present.share();
      return present;
    }
    const file = new SharedFile(opened, this.onError, this.forget);
    this.known.set(key, file);
    return file;
  }

  /** One function for all files, which keeps less for each. */
  private readonly forget = (file: SharedFile): void => {
    const key = keyOf(file.identity);
    if (this.known.get(key) === file) {
      this.known.delete(key);
    }
  };
}

function keyOf({ dev, ino }: Pick<FileIdentity, "dev" | "ino">): string {
  return `${dev} ${ino}`;
}
