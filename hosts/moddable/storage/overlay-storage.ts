/**
 * One storage over another, as the board's file system over the flash image: a file of the upper storage hides a file of
 * that name in the lower one, and uploads go to the upper one.
 */
import {
  type Address,
  EXISTS,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { type Catalogue, catalogueOf, type ListedFile } from "../../common/catalogue.js";
import type { ReasonCode } from "../../common/reasons.js";
import { type ReasonedStorage, takeReason } from "./reasoned-storage.js";

/** Options of an {@link OverlayStorage}. */
export interface OverlayStorageOptions {
  /** Searched first, and takes the uploads. */
  upper: Storage;
  /** Searched for files that the upper storage does not have. Never written. */
  lower: Storage;
  /** Whether an upload may hide a file of the lower storage. Default true; a refusal of the upper storage comes first. */
  mayHide?: boolean;
}

/** One storage over another, as the board's file system over the flash image. */
export class OverlayStorage implements ReasonedStorage, Catalogue {
  refusalReason: ReasonCode | undefined = undefined;
  private readonly upper: Storage;
  private readonly lower: Storage;
  private readonly mayHide: boolean;

  constructor(options: OverlayStorageOptions) {
    this.upper = options.upper;
    this.lower = options.lower;
    this.mayHide = options.mayHide ?? true;
  }

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    const file = this.upper.openForReading(name, address);
    const isUpper = file !== NOT_FOUND;
    const found = isUpper ? file : this.lower.openForReading(name, address);
    if (isRefusal(found)) {
      takeReason(this, isUpper ? this.upper : this.lower);
    }
    return found;
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    const file = this.upper.openForWriting(name, sizeBytes, address);
    if (isRefusal(file)) {
      takeReason(this, this.upper);
      return file;
    }
    if (this.mayHide) {
      return file;
    }
    const hidden = this.lower.openForReading(name, address);
    if (isRefusal(hidden)) {
      return file;
    }
    hidden.close();
    file.close();
    return EXISTS;
  }

  get mayWrite(): boolean {
    return catalogueOf(this.upper)?.mayWrite ?? false;
  }

  get mayOverwrite(): boolean {
    return catalogueOf(this.upper)?.mayOverwrite ?? false;
  }

  /** Lists the files of both storages; of two with the same name, that of the upper one. */
  listFiles(visit: (file: ListedFile) => boolean, folder?: string, isDeep?: boolean): void {
    const seen = new Set<string>();
    let isWanted = true;
    void catalogueOf(this.upper)?.listFiles(
      (file) => {
        seen.add(file.name);
        isWanted = visit(file);
        return isWanted;
      },
      folder,
      isDeep,
    );
    if (isWanted) {
      void catalogueOf(this.lower)?.listFiles((file) => seen.has(file.name) || visit(file), folder, isDeep);
    }
  }

  removeFile(name: string): number {
    return catalogueOf(this.upper)?.removeFile(name) ?? FORBIDDEN;
  }
}
