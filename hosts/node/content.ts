/** What a server serves, and to whom. All of it can be replaced while the server runs. */
import type { Address, ReadableFile, Refusal, Storage, WritableFile } from "../../src/index.js";
import { type Catalogue, catalogueOf } from "../common/catalogue.js";
import { type DirectoryOptions, DirectoryStorage } from "./files/directory-storage.js";
import { GuardedStorage } from "./files/guarded-storage.js";
import { type NameRule, NameRules } from "./rules/name-rules.js";
import { type Renamed, RuleStorage } from "./rules/rule-storage.js";
import { AllowedNetworks } from "./udp/allowed-networks.js";

export interface ServedOptions extends DirectoryOptions {
  /** The folder to serve. Either this or `storage`. */
  root?: string;
  /** A storage of your own instead of a folder. */
  storage?: Storage;
  /** Which file a client gets for the name that it asks for. Default: the file of that name. */
  rules?: readonly NameRule[];
  /** Networks whose requests are answered, as `192.168.0.0/24` or a single address. Default: all. */
  allow?: readonly string[];
}

export class Served implements Storage {
  readonly allowed: AllowedNetworks;
  /** The files under their own names, before any rule. */
  readonly files: Storage;
  /** What the storage offers for people who look at it, if it does. */
  readonly catalogue: Catalogue | undefined;
  private readonly directory: DirectoryStorage | undefined;
  private readonly storage: Storage;

  /**
   * @throws RangeError or TypeError when an option is not acceptable; NodeJS.ErrnoException ENOENT or ENOTDIR when `root`
   * is no folder.
   */
  constructor(options: ServedOptions, renamed: Renamed) {
    if ((options.root === undefined) === (options.storage === undefined)) {
      throw new TypeError("A TFTP server needs either a root, the folder to serve, or a storage");
    }
    this.allowed = new AllowedNetworks(options.allow);
    const rules = new NameRules(options.rules ?? []);
    this.directory = options.root === undefined ? undefined : new DirectoryStorage(options.root, options);
    this.files = this.directory ?? new GuardedStorage(options.storage as Storage);
    this.catalogue = catalogueOf(options.storage ?? this.files);
    this.storage = options.rules === undefined ? this.files : new RuleStorage(this.files, rules, renamed);
  }

  /** Removes what uploads of an earlier run have left unfinished in the folder. */
  async removeLitter(): Promise<void> {
    await this.directory?.removeLitter();
  }

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    return this.storage.openForReading(name, address);
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    return this.storage.openForWriting(name, sizeBytes, address);
  }
}
