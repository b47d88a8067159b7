/** Files that a server serves, and the networks that it serves. Both can be replaced while the server runs. */
import type { Storage } from "../../src/index.js";
import { type Catalogue, catalogueOf } from "../common/catalogue.js";
import { asError } from "../common/failure.js";
import { GuardedStorage, type StorageErrors } from "../common/guarded-storage.js";
import { AnsweredStorage } from "../common/later/answered-storage.js";
import type { HeldRequests } from "../common/later/held-requests.js";
import type { LaterStorage } from "../common/later/later-storage.js";
import { printable } from "../common/printable.js";
import { explained, refuseFor } from "../common/reasons.js";
import { checkedWritePolicy } from "../common/write-policy.js";
import { type DirectoryOptions, DirectoryStorage } from "./files/directory-storage.js";
import { refusalOf } from "./files/file-refusals.js";
import { reasonScope } from "./later/reason-scope.js";
import type { NameRule } from "./rules/name-rule.js";
import { NameRules } from "./rules/name-rules.js";
import { type Renamed, RuleStorage } from "./rules/rule-storage.js";
import { AllowedNetworks } from "./udp/allowed-networks.js";
import { UpstreamFiles } from "./upstream/upstream-files.js";
import type { UpstreamOptions } from "./upstream/upstream-options.js";
import { type TakesUpload, UpstreamStorage } from "./upstream/upstream-storage.js";

/** Options of a server that can be replaced while it runs. */
export interface ContentOptions extends DirectoryOptions {
  /** The folder to serve. Either this or `storage`. */
  root?: string;
  /** A storage of your own instead of a folder. It may answer later. */
  storage?: LaterStorage;
  /** Rules that change requested names. Default: a client gets the file of the name that it asks for. */
  rules?: readonly NameRule[];
  /**
   * An HTTP server that has the files which the folder lacks, or its URL. Rules with URLs use it as well.
   *
   * Default: no file is fetched, unless a rule has a URL.
   */
  upstream?: string | UpstreamOptions;
  /** Networks whose requests are answered, as `192.168.0.0/24` or a single address. Default: all. */
  allow?: readonly string[];
}

export class Content {
  readonly allowed: AllowedNetworks;
  /** The files under their own names, before any rule. */
  readonly files: Storage;
  /** The files as clients reach them, by the rules; undefined without rules. */
  readonly rules: RuleStorage | undefined;
  /** The storage's list of files, if it has one. */
  readonly catalogue: Catalogue | undefined;
  /** The files as the engine asks for them. */
  readonly storage: Storage;
  private readonly directory: DirectoryStorage | undefined;
  private readonly upstream: UpstreamFiles | undefined;

  /**
   * @param held keeps requests that the storage answers later.
   * @param onError receives what the storage throws. Must not throw.
   * @param onWarning receives what the owner of the folder should know. Must not throw.
   * @throws RangeError or TypeError when an option is not acceptable; NodeJS.ErrnoException ENOENT or ENOTDIR when `root`
   * is no folder.
   */
  constructor(
    options: ContentOptions,
    held: HeldRequests,
    onRenamed: Renamed,
    onError: (error: unknown) => void,
    onWarning: (message: string) => void,
  ) {
    if ((options?.root === undefined) === (options?.storage === undefined)) {
      throw new TypeError("A TFTP server needs either a root, the folder to serve, or a storage");
    }
    this.allowed = new AllowedNetworks(options.allow);
    const upstream = typeof options.upstream === "string" ? { url: options.upstream } : options.upstream;
    const uploadsToUrls = checkedWritePolicy(upstream?.write) !== "never";
    const rules = options.rules && new NameRules(options.rules, { clock: () => held.keeper.time, uploadsToUrls });
    if (options.write === "new" && rules?.keepsVersions) {
      throw new RangeError("A rule has keep, but no upload replaces a file; allow overwriting, or leave out keep");
    }
    this.directory =
      options.root === undefined ? undefined : new DirectoryStorage(options.root, options, onError, onWarning);
    if (options.read === false && rules?.hasTemplates) {
      throw new RangeError("A rule has a template, but clients may download nothing; allow downloads, or leave it out");
    }
    this.directory?.checkOutside(rules?.tables ?? []);
    this.files = this.directory ?? guarded(options.storage as LaterStorage, held, onError);
    this.catalogue = catalogueOf(options.storage ?? this.files);
    this.upstream =
      upstream !== undefined || rules?.haveUrls === true
        ? new UpstreamFiles(upstream ?? {}, () => held.clientPort, onWarning)
        : undefined;
    const fetched = this.upstream && guarded(this.upstream, held, onError);
    this.rules = rules && new RuleStorage(this.files, rules, onRenamed, fetched);
    this.storage = this.rules ?? this.files;
    if (fetched !== undefined && upstream?.url !== undefined) {
      const takesUpload: TakesUpload = (name, address) => uploadsToUrls && !this.rules?.mapsUpload(name, address);
      this.storage = new UpstreamStorage(this.storage, fetched, upstream.url, takesUpload);
    }
  }

  /**
   * Removes unfinished uploads of earlier runs from the folder, and opens the cache of an upstream.
   *
   * @throws RangeError or TypeError when an option of the upstream is not acceptable; NodeJS.ErrnoException when its cache
   * cannot be used.
   */
  async prepare(): Promise<void> {
    await this.directory?.removeLitter();
    await this.upstream?.prepare();
  }

  /** Stops what is being fetched. */
  close(): void {
    this.upstream?.close();
  }
}

/** One storage for the engine, which keeps it, while the content may be replaced. */
export function storageOf(content: () => Content): Storage {
  return {
    openForReading: (name, address) => explained(content().storage.openForReading(name, address)),
    openForWriting: (name, sizeBytes, address) => explained(content().storage.openForWriting(name, sizeBytes, address)),
  };
}

function guarded(storage: LaterStorage, held: HeldRequests, onError: (error: unknown) => void): Storage {
  for (const method of ["openForReading", "openForWriting"] as const) {
    if (typeof storage?.[method] !== "function") {
      throw new TypeError(`storage has no method ${method}`);
    }
  }
  const errors: StorageErrors = {
    refuse(error) {
      onError(error);
      return refuseFor(refusalOf(error), "failed", `: ${printable(asError(error).message)}`);
    },
  };
  return new GuardedStorage(new AnsweredStorage(storage, held, errors, reasonScope), errors);
}
