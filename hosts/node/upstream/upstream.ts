/**
 * Files from an HTTP server, through a cache. Each file is fetched once, however many clients wait for it. A module of its
 * own, which only servers with an upstream load.
 */
import { createHash } from "node:crypto";
import type { ReadableFile, Refusal } from "../../../src/index.js";
import { BoundedMap } from "../files/bounded-map.js";
import { shownUrl } from "../rules/url-template.js";
import { CacheFolder } from "./cache-folder.js";
import type { CachedCopy, CopyFacts } from "./cached-copy.js";
import { FillingCopy } from "./filling-copy.js";
import { storeErrorIn } from "./store-error.js";
import { Turns } from "./turns.js";
import { type ReadEarly, UpstreamBody } from "./upstream-body.js";
import { UpstreamFailure } from "./upstream-failure.js";
import type { UpstreamOptions } from "./upstream-options.js";
import { Patience, requestFile } from "./upstream-request.js";
import { UpstreamSettings } from "./upstream-settings.js";
import { openUpload, type UpstreamUpload } from "./upstream-upload.js";

/** A rack that boots at once asks once whether a copy is still good. */
const FRESH_MS = 5000;
/** Boot loaders ask for ten names in a row, several times. */
const MISSING_MS = 5000;
/** Names whose times are kept. */
const MAX_KNOWN = 10_000;

const STATUS_NOT_MODIFIED = 304;
const FORBIDDEN_STATUS: ReadonlySet<number> = new Set([401, 403]);
const MISSING_STATUS: ReadonlySet<number> = new Set([404, 410]);

/** The server's part. It has the reasons of refusals, of which this module, in a bundle apart, has none. */
export interface UpstreamOwner {
  /** Receives what the owner of the server should know. Must not throw. */
  warn(message: string): void;
  /** The refusal for a file that cannot be read any further, with its reason. Throws errors that are no UpstreamFailure. */
  refuse(failure: unknown): Refusal;
}

/** A client that asks for a file. */
export interface UpstreamClient {
  readonly address: string;
  /** Undefined for one that asks over HTTP. */
  readonly port: number | undefined;
}

/** A file that clients want. */
interface Wanted {
  readonly url: string;
  /** Name of its copy. */
  readonly key: string;
  /** The client that the upstream is told of. */
  readonly client: UpstreamClient | undefined;
}

/** A copy that transfers share. */
interface SharedCopy {
  share(): ReadableFile;
}

/** Receives a copy of which the rest has not come. */
type ReadShared = (copy: FillingCopy) => void;

/** A request to the upstream, and the copy that is read while it is written, if it is large. */
interface Fetching {
  readonly patience: Patience;
  filling?: FillingCopy;
}

/** @throws RangeError or TypeError for an option; NodeJS.ErrnoException if the folder of the cache cannot be used. */
export async function openUpstream(options: UpstreamOptions, owner: UpstreamOwner): Promise<Upstream> {
  const settings = new UpstreamSettings(options);
  await settings.loadSigner();
  const cache = new CacheFolder(settings.cache, settings.maxCacheBytes);
  await cache.check();
  return new Upstream(settings, cache, owner);
}

export class Upstream {
  /** By key: a copy that is being fetched or checked. */
  private readonly running = new Map<string, Promise<SharedCopy>>();
  private readonly freshUntil = new BoundedMap<string, number>(MAX_KNOWN);
  private readonly missingUntil = new BoundedMap<string, number>(MAX_KNOWN);
  /** Origins whose copies are served since they failed. */
  private readonly warnedOf = new Set<string>();
  private readonly fetching = new Set<Fetching>();
  private readonly turns: Turns;
  private isClosed = false;

  constructor(
    private readonly settings: UpstreamSettings,
    private readonly cache: CacheFolder,
    private readonly owner: UpstreamOwner,
  ) {
    this.turns = new Turns(settings.maxFetches);
  }

  /**
   * Opens a file, from the cache or from the upstream.
   *
   * @throws UpstreamFailure
   */
  async open(url: string, from: UpstreamClient): Promise<ReadableFile> {
    const client = this.told(from);
    const key = keyOf(url, client);
    const copy = this.running.get(key) ?? this.begin({ url, key, client });
    return (await copy).share();
  }

  /**
   * Opens a file that is uploaded.
   *
   * @param sizeBytes announced size, or -1.
   * @throws UpstreamFailure, such as when the file exists; NodeJS.ErrnoException if there is no room for it.
   */
  async openForWriting(url: string, sizeBytes: number, from: UpstreamClient): Promise<UpstreamUpload> {
    const { settings, turns } = this;
    const client = this.told(from);
    await this.cache.make();
    const place = { url, headers: headersFor(client, undefined), folder: settings.cache, turns };
    return openUpload(place, sizeBytes, settings, () => this.forget(keyOf(url, client)));
  }

  /**
   * Stops what is being fetched. A file that transfers read already is fetched until they have ended, and uploads go on until
   * they are closed.
   */
  close(): void {
    this.isClosed = true;
    for (const { patience, filling } of this.fetching) {
      const stop = (): void =>
        patience.controller.abort(new UpstreamFailure("failed", "upstream_failed", "the server was closed"));
      if (filling === undefined) {
        stop();
      } else {
        filling.whenUnread(stop);
      }
    }
  }

  /** The next client asks the upstream, which has another file now. */
  private forget(key: string): void {
    this.freshUntil.delete(key);
    this.missingUntil.delete(key);
  }

  /** The client as far as the upstream is told of it. */
  private told(client: UpstreamClient): UpstreamClient | undefined {
    return this.settings.tellClient ? client : undefined;
  }

  /** Returns the copy as soon as it can be read. One that breaks off is fetched again for the next client. */
  private begin(wanted: Wanted): Promise<SharedCopy> {
    const { key } = wanted;
    const forget = (): void => {
      if (this.running.get(key) === copy) {
        this.running.delete(key);
      }
    };
    const copy = new Promise<SharedCopy>((resolve, reject) => {
      const readEarly = (filling: FillingCopy): void => {
        filling.onFailure = forget;
        resolve(filling);
      };
      this.copyOf(wanted, readEarly).finally(forget).then(resolve, reject);
    });
    this.running.set(key, copy);
    return copy;
  }

  /** The copy stays open until all who wait for it have got theirs. */
  private async copyOf(wanted: Wanted, readEarly: ReadShared): Promise<CachedCopy> {
    const { url, key } = wanted;
    if ((this.missingUntil.get(key) ?? 0) > performance.now()) {
      throw missing(url);
    }
    const old = await this.cache.open(key);
    const isFresh = old !== undefined && (this.freshUntil.get(key) ?? 0) > performance.now();
    const copy = isFresh ? old : await this.renewed(wanted, old, readEarly);
    setImmediate(() => copy.release());
    if (copy === old) {
      void this.cache.use(key);
    }
    return copy;
  }

  /** Asks the upstream for a file, or whether the copy is still good. A copy that may be old is better than nothing. */
  private async renewed(wanted: Wanted, old: CachedCopy | undefined, readEarly: ReadShared): Promise<CachedCopy> {
    const { url, key } = wanted;
    await this.turns.take();
    try {
      const copy = await this.fetchCopy(wanted, old, readEarly);
      this.freshUntil.set(key, performance.now() + FRESH_MS);
      this.warnedOf.delete(new URL(url).origin);
      if (copy !== old) {
        old?.release();
      }
      return copy;
    } catch (error) {
      const failure = error as UpstreamFailure;
      if (old !== undefined && failure.allowsOldCopy === true && !this.isClosed) {
        this.warnOfOldCopies(url, failure);
        return old;
      }
      old?.release();
      if (failure.outcome === "not_found") {
        this.missingUntil.set(key, performance.now() + MISSING_MS);
        await this.cache.remove(key);
      }
      throw error;
    } finally {
      this.turns.give();
    }
  }

  private async fetchCopy(
    { url, key, client }: Wanted,
    old: CachedCopy | undefined,
    readEarly: ReadShared,
  ): Promise<CachedCopy> {
    const fetching: Fetching = { patience: new Patience(this.settings.timeoutMs, url) };
    const { patience } = fetching;
    this.fetching.add(fetching);
    try {
      const response = await requestFile(url, headersFor(client, old?.facts), this.settings, patience);
      if (response.status === STATUS_NOT_MODIFIED && old !== undefined) {
        return old;
      }
      if (response.status !== 200) {
        throw refusedWith(url, response.status, await storeErrorIn(response));
      }
      const fill: ReadEarly = (copy) => {
        const filling = new FillingCopy(copy, url, this.owner.refuse);
        fetching.filling = filling;
        readEarly(filling);
        return filling;
      };
      // If the new file breaks off, the old one is served: nobody may have begun with the new one.
      const body = new UpstreamBody(url, response, this.settings.maxFileBytes, old === undefined ? fill : undefined);
      return await this.cache.store(key, (writer) => body.write(writer, patience));
    } finally {
      patience.end();
      this.fetching.delete(fetching);
      setImmediate(() => fetching.filling?.release());
    }
  }

  private warnOfOldCopies(url: string, failure: UpstreamFailure): void {
    const { origin } = new URL(url);
    if (!this.warnedOf.has(origin)) {
      this.warnedOf.add(origin);
      this.owner.warn(
        `The upstream ${origin} fails, and files come from the cache, where they may be old: ${failure.message}`,
      );
    }
  }
}

/** Name of a copy. */
function keyOf(url: string, client: UpstreamClient | undefined): string {
  return createHash("sha256")
    .update(`${url}\n${client?.address ?? ""}`)
    .digest("hex");
}

function headersFor(client: UpstreamClient | undefined, facts: CopyFacts | undefined): Record<string, string> {
  return {
    ...(client === undefined ? {} : { "x-tftp-address": client.address }),
    ...(client?.port === undefined ? {} : { "x-tftp-port": String(client.port) }),
    ...(facts?.etag ? { "if-none-match": facts.etag } : {}),
    ...(facts?.lastModified ? { "if-modified-since": facts.lastModified } : {}),
  };
}

function missing(url: string): UpstreamFailure {
  return new UpstreamFailure("not_found", "not_found", `the upstream has no ${shownUrl(url)}`);
}

function refusedWith(url: string, status: number, detail: string): UpstreamFailure {
  if (MISSING_STATUS.has(status)) {
    return missing(url);
  }
  const outcome = FORBIDDEN_STATUS.has(status) ? "forbidden" : "failed";
  return new UpstreamFailure(outcome, "upstream_failed", `${shownUrl(url)} answered with status ${status}${detail}`);
}
