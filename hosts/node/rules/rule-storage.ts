/** A storage that finds the files of another storage by rules. */
import {
  type Address,
  BUSY,
  FORBIDDEN,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { refuseFor, refuseWith } from "../../common/reasons.js";
import type { RuleUse } from "../../common/rule-use.js";
import type { NamedUpload, NameRights } from "../../status/name-rights.js";
import { CHECKSUM_SUFFIX, type ChecksummedStorage, checksummedName } from "../files/checksums.js";
import { quoted } from "../files/file-reasons.js";
import type { PlacedUploads } from "../files/upload-place.js";
import { REFUSED_NAME } from "./compiled-rule.js";
import type { NameRules, RuledName } from "./name-rules.js";
import { isUrl, shownUrl } from "./url-template.js";

/** Called when a rule has mapped a requested name to another one. `rule` is its number, from 1. */
export type Renamed = (name: string, foundName: string, address: string, isUpload: boolean, rule: number) => void;

type Open = (foundName: string) => ReadableFile | Refusal;

/** Asks a storage for the names that rules make, instead of the requested ones. */
export class RuleStorage implements Storage, NameRights {
  /**
   * @param storage has the files. If it also has their checksums, a client gets the checksum of the file that the rules
   * give it.
   * @param rules find the names.
   * @param renamed called for each name that a rule has changed.
   * @param upstream opens files by the URLs of rules, and takes uploads.
   * @throws TypeError if a rule makes folders, and the storage cannot; if one has a URL, and there is no upstream.
   */
  constructor(
    private readonly storage: Storage | ChecksummedStorage | (Storage & PlacedUploads),
    private readonly rules: NameRules,
    private readonly renamed: Renamed = () => {},
    private readonly upstream?: Storage,
  ) {
    if (rules.haveUrls && upstream === undefined) {
      throw new TypeError("a rule has a URL, and only a server fetches and sends files");
    }
    if (rules.needsFolder && !("openUpload" in storage)) {
      throw new TypeError("makeFolders and keep of rules need a folder: serve a root, or leave them out");
    }
  }

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

  /** Opens the first name that has a file. */
  private openFirst(name: string, suffix: string, address: Address, open: Open): ReadableFile | Refusal {
    const candidates = this.rules.candidates(name, String(address), false);
    for (const candidate of candidates) {
      const found = candidate.name;
      if (found === REFUSED_NAME) {
        return this.refuseByRule(candidate);
      }
      if (candidate.text !== undefined && suffix !== "") {
        // No later rule may give the checksum of another file.
        return refuseFor(NOT_FOUND, "not_found", ": a text from a template has no checksum");
      }
      const file = candidate.text ?? (isUrl(found) ? this.openUrl(found, suffix, address) : open(found));
      if (file === BUSY) {
        // The client asks again, and the answer is reported then.
        return file;
      }
      if (file !== NOT_FOUND) {
        this.report(name + suffix, this.rules.templateOf(candidate) ?? found + suffix, candidate, address, false);
        return file;
      }
    }
    const [first] = candidates;
    return candidates.length === 1 && first?.name === name ? NOT_FOUND : refuseMissing(candidates);
  }

  /** No checksums are made of files of others. */
  private openUrl(url: string, suffix: string, address: Address): ReadableFile | Refusal {
    return suffix === "" ? (this.upstream as Storage).openForReading(url, address) : NOT_FOUND;
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    return this.openUpload(name, sizeBytes, address).file;
  }

  openUpload(name: string, sizeBytes: number, address: Address): NamedUpload {
    const { storage } = this;
    const candidate = this.rules.candidates(name, String(address), true)[0] as RuledName;
    const place = this.rules.uploadPlace(candidate);
    if (place === undefined) {
      return { name, file: this.refuseByRule(candidate) };
    }
    const file = isUrl(place.name)
      ? (this.upstream as Storage).openForWriting(place.name, sizeBytes, address)
      : "openUpload" in storage
        ? storage.openUpload(place, sizeBytes)
        : storage.openForWriting(place.name, sizeBytes, address);
    if (file !== BUSY) {
      // Otherwise the request comes again, and its answer is reported then.
      this.report(name, place.name, candidate, address, true);
    }
    return { name: place.name, file };
  }

  uploadName(name: string, address: string): string | undefined {
    const found = this.rules.uploadName(name, address);
    return found === undefined || isUrl(found) ? undefined : found;
  }

  /** Whether a rule applies to an upload. */
  mapsUpload(name: string, address: Address): boolean {
    return this.rules.mapsUpload(name, String(address));
  }

  /** How often each rule was used. */
  get uses(): readonly RuleUse[] {
    return this.rules.uses;
  }

  /** Counts uses in another process, which has the same rules: as many of each rule. */
  addUses(counts: readonly number[]): void {
    this.rules.addUses(counts);
  }

  mayRead(name: string, address: string): boolean {
    return this.rules.mayRead(name, address);
  }

  private refuseByRule(candidate: RuledName): Refusal {
    this.rules.countUse(candidate);
    return refuseWith(FORBIDDEN, this.rules.refusalOf(candidate));
  }

  private report(name: string, found: string, candidate: RuledName, address: Address, isUpload: boolean): void {
    this.rules.countUse(candidate);
    if (found !== name) {
      this.renamed(name, shownName(found), String(address), isUpload, candidate.by + 1);
    }
  }
}

function shownName(name: string): string {
  return isUrl(name) ? shownUrl(name) : name;
}

function refuseMissing(candidates: readonly RuledName[]): Refusal {
  const tried = candidates.map(({ name }) => quoted(shownName(name as string)));
  return refuseFor(NOT_FOUND, "not_found", `: the rules tried ${tried.join(", ")}`);
}
