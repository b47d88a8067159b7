/** A storage whose files are found by rules. */
import type { Address, ReadableFile, Refusal, Storage, WritableFile } from "../../src/index.js";
import type { NameRules } from "./name-rules.js";
import { REFUSED_NAME } from "./name-rules.js";
import { FORBIDDEN, NOT_FOUND } from "./refusals.js";

/** Told of a file that a client got under another name than the one it asked for. */
export type Renamed = (name: string, foundName: string, address: string, isUpload: boolean) => void;

/** Stands before a storage, and asks it for the names that the rules make. */
export class RuleStorage implements Storage {
  /**
   * @param storage has the files.
   * @param rules find their names.
   * @param renamed is told of files that have other names than the ones that were asked for.
   */
  constructor(
    private readonly storage: Storage,
    private readonly rules: NameRules,
    private readonly renamed: Renamed = () => {},
  ) {}

  /** Of several names the first is taken that there is a file for. */
  openForReading(name: string, address: Address): ReadableFile | Refusal {
    for (const found of this.rules.namesFor(name, String(address), false)) {
      if (found === REFUSED_NAME) {
        return FORBIDDEN;
      }
      const file = this.storage.openForReading(found, address);
      if (file !== NOT_FOUND) {
        this.tell(name, found, address, false);
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
