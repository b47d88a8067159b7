/** A storage whose files are found by rules. */
import {
  type Address,
  FORBIDDEN,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { CHECKSUM_SUFFIX, type ChecksummedStorage, checksummedName } from "../files/checksums.js";
import type { NameRules } from "./name-rules.js";
import { REFUSED_NAME } from "./name-rules.js";

/** Told of a file that a client got under another name than the one it asked for. */
export type Renamed = (name: string, foundName: string, address: string, isUpload: boolean) => void;

type Open = (foundName: string) => ReadableFile | Refusal;

/** Stands before a storage, and asks it for the names that the rules make. */
export class RuleStorage implements Storage {
  /**
   * @param storage has the files. Where it has checksums of them, too, a client can have that of a file which the rules
   * let it have.
   * @param rules find their names.
   * @param renamed is told of files that have other names than the ones that were asked for.
   */
  constructor(
    private readonly storage: Storage | ChecksummedStorage,
    private readonly rules: NameRules,
    private readonly renamed: Renamed = () => {},
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    const { storage } = this;
    if (!("openChecksum" in storage)) {
      return this.openFirst(name, "", address, (found) => storage.openForReading(found, address));
    }
    const file = this.openFirst(name, "", address, (found) => storage.openFile(found, address));
    const called = file === NOT_FOUND ? checksummedName(name) : undefined;
    return called === undefined
      ? file
      : this.openFirst(called, CHECKSUM_SUFFIX, address, (found) => storage.openChecksum(found, called, address));
  }

  /** Of several names the first is taken that there is a file for. */
  private openFirst(name: string, suffix: string, address: Address, open: Open): ReadableFile | Refusal {
    for (const found of this.rules.namesFor(name, String(address), false)) {
      if (found === REFUSED_NAME) {
        return FORBIDDEN;
      }
      const file = open(found);
      if (file !== NOT_FOUND) {
        this.tell(name + suffix, found + suffix, address, false);
        return file;
      }
    }
    return NOT_FOUND;
  }

  /** A file that is still to be written is not there to be looked for: the first name is taken. */
  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    const [found] = this.rules.namesFor(name, String(address), true);
    if (found === REFUSED_NAME) {
      return FORBIDDEN;
    }
    this.tell(name, found, address, true);
    return this.storage.openForWriting(found, sizeBytes, address);
  }

  private tell(name: string, found: string, address: Address, isUpload: boolean): void {
    if (found !== name) {
      this.renamed(name, found, String(address), isUpload);
    }
  }
}
