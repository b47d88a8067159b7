/**
 * Names of a folder's entries by their folded spelling. The names of a folder are read again when the folder has changed,
 * but those of a large folder not at once: otherwise a client that asks for missing files, or a folder that changes all the
 * time, would keep the server busy with reading.
 */
import fs from "node:fs";
import { now } from "../clock.js";
import { diskPath, nameOfBytes } from "./disk-names.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import { foldCase } from "./fold-case.js";

/** The names of a smaller folder are read in a millisecond or two, as often as is asked for. */
const SMALL_FOLDER = 1000;
/** Ten times what reading a name costs: 50,000 names are read once in a second. */
const PAUSE_PER_NAME_MS = 0.02;
/** Names that are kept of all folders together, in some 30 MB. A larger folder is kept alone. */
const MAX_NAMES = 200_000;

interface Listing {
  /** Of several spellings the first in alphabetical order. */
  readonly names: ReadonlyMap<string, string>;
  readonly identity: FileIdentity;
  readonly isSettled: boolean;
  readonly readAt: number;
}

export class FoldedNames {
  /** By the path of the folder. */
  private readonly kept = new Map<string, Listing>();

  /** An entry of a folder that differs from `component` in case only. */
  find(folder: string, component: string): string | undefined {
    try {
      return this.listingOf(folder).names.get(foldCase(component));
    } catch {
      return undefined;
    }
  }

  private listingOf(folder: string): Listing {
    const present = this.kept.get(folder);
    if (present !== undefined && isPausing(present)) {
      return present;
    }
    const status = fs.statSync(diskPath(folder));
    if (present?.isSettled && isSameFile(present.identity, status)) {
      return present;
    }
    const listing = readListing(folder, status);
    this.keep(folder, listing);
    return listing;
  }

  private keep(folder: string, listing: Listing): void {
    this.kept.delete(folder);
    let count = listing.names.size;
    for (const { names } of this.kept.values()) {
      count += names.size;
    }
    for (const [other, { names }] of this.kept) {
      if (count <= MAX_NAMES) {
        break;
      }
      this.kept.delete(other);
      count -= names.size;
    }
    this.kept.set(folder, listing);
  }
}

function isPausing({ names, readAt }: Listing): boolean {
  return names.size > SMALL_FOLDER && now() - readAt < names.size * PAUSE_PER_NAME_MS;
}

function readListing(folder: string, status: fs.Stats): Listing {
  const names = new Map<string, string>();
  for (const bytes of fs.readdirSync(diskPath(folder), "buffer")) {
    const entry = nameOfBytes(bytes);
    const folded = foldCase(entry);
    const other = names.get(folded);
    if (other === undefined || entry < other) {
      names.set(folded, entry);
    }
  }
  return { names, identity: identityOf(status), isSettled: isSettled(status), readAt: now() };
}
