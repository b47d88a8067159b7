/** Files that a person has picked to upload: chosen or dropped, alone or in folders. */

/** A larger folder was dropped by mistake. */
export const MAX_PICKED = 5000;

export interface Picked {
  /** Path in the folder that was picked, or the file's own name. */
  readonly name: string;
  readonly file: File;
}

/** Files of the system's dialog; those of a folder have its name before theirs. */
export function chosenFiles(files: Iterable<File>): Picked[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/**
 * Files that were dropped, with those in folders. To be called while the event is handled: the data is gone afterwards.
 *
 * @returns at most one more than `MAX_PICKED`.
 * @throws DOMException if a file or folder cannot be read.
 */
export async function droppedFiles(data: DataTransfer): Promise<Picked[]> {
  const items = [...(data.items as Iterable<DataTransferItem>)].map(
    (item) => item.webkitGetAsEntry() ?? item.getAsFile(),
  );
  const picked: Picked[] = [];
  for (const item of items) {
    if (item instanceof File) {
      picked.push({ name: item.name, file: item });
    } else if (item !== null) {
      await addEntry(item, picked);
    }
  }
  return picked;
}

async function addEntry(entry: FileSystemEntry, picked: Picked[]): Promise<void> {
  if (picked.length > MAX_PICKED) {
    return;
  }
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    // The full path begins with a slash.
    picked.push({ name: entry.fullPath.slice(1), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives some entries at a time, and none at the end.
  for (let entries = await nextEntries(reader); entries.length > 0; entries = await nextEntries(reader)) {
    for (const each of entries) {
      await addEntry(each, picked);
    }
  }
}

function nextEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
