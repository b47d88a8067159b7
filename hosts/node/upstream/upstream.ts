/**
 * Files from an HTTP server, through a cache. Each file is fetched once, however many clients wait for it. A module of its
 * own, which only servers with an upstream load.
 */
import { createHash } from "node:crypto";
import type { ReadableFile } from "../../../src/index.js";
import { BoundedMap } from "../files/bounded-map.js";
import { shownUrl } from "../rules/url-template.js";
import { CacheFolder } from "./cache-folder.js";
import type { CachedCopy, CopyFacts } from "./cached-copy.js";
import { causeOf, failed, UpstreamFailure } from "./upstream-failure.js";
import type { UpstreamOptions } from "./upstream-options.js";
import { announcedBytes, Patience, requestFile, tooLarge } from "./upstream-request.js";
import { UpstreamSettings } from "./upstream-settings.js";

/** A rack that boots at once asks once whether a copy is still good. */
const FRESH_MS = 5000;
/** Boot loaders ask for ten names in a row, several times. */
const MISSING_MS = 5000;
/** Names whose times are kept. */
const MAX_KNOWN = 10_000;

const STATUS_NOT_MODIFIED = 304;
const FORBIDDEN_STATUS: ReadonlySet<number> = new Set([401, 403]);
const MISSING_STATUS: ReadonlySet<number> = new Set([404, 410]);

/** Receives what the owner of the server should know. */
export type Warn = (message: string) => void;

/** @throws RangeError or TypeError for an option; NodeJS.ErrnoException if the folder of the cache cannot be used. */
export async function openUpstream(options: UpstreamOptions, warn: Warn): Promise<Upstream> {
  const settings = new UpstreamSettings(options);
  const cache = new CacheFolder(settings.cache, settings.maxCacheBytes);
  await cache.check();
  return new Upstream(settings, cache, warn);
}

export class Upstream {
  /** By key: a copy that is being fetched or checked. */
  private readonly running = new Map<string, Promise<CachedCopy>>();
  private readonly freshUntil = new BoundedMap<string, number>(MAX_KNOWN);
  private readonly missingUntil = new BoundedMap<string, number>(MAX_KNOWN);
  /** Origins whose copies are served since they failed. */
  private readonly warnedOf = new Set<string>();
  private readonly patiences = new Set<Patience>();
  private readonly waiting: (() => void)[] = [];
  private fetches = 0;
  private isClosed = false;

  constructor(
    private readonly settings: UpstreamSettings,
    private readonly cache: CacheFolder,
    private readonly warn: Warn,
  ) {}

  /**
   * Opens a file, from the cache or from the upstream.
   *
   * @throws UpstreamFailure
   */
  async open(url: string, address: string): Promise<ReadableFile> {
    const client = this.settings.tellClient ? address : "";
    const key = createHash("sha256").update(`${url}\n${client}`).digest("hex");
    let copy = this.running.get(key);
    if (copy === undefined) {
      copy = this.copyOf(url, key, client).finally(() => this.running.delete(key));
      this.running.set(key, copy);
    }
    return (await copy).share();
  }

  /** Stops what is being fetched. */
  close(): void {
    this.isClosed = true;
    for (const { controller } of this.patiences) {
      controller.abort(new UpstreamFailure("failed", "upstream_failed", "the server was closed"));
    }
  }

  /** The copy stays open until all who wait for it have got theirs. */
  private async copyOf(url: string, key: string, client: string): Promise<CachedCopy> {
    if ((this.missingUntil.get(key) ?? 0) > now()) {
      throw missing(url);
    }
    const old = await this.cache.open(key);
    const isFresh = old !== undefined && (this.freshUntil.get(key) ?? 0) > now();
    const copy = isFresh ? old : await this.renewed(url, key, client, old);
    setImmediate(() => copy.release());
    if (copy === old) {
      void this.cache.use(key);
    }
    return copy;
  }

  /** Asks the upstream for a file, or whether the copy is still good. A copy that may be old is better than nothing. */
  private async renewed(url: string, key: string, client: string, old: CachedCopy | undefined): Promise<CachedCopy> {
    await this.turn();
    try {
      const copy = await this.fetchCopy(url, key, client, old);
      this.freshUntil.set(key, now() + FRESH_MS);
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
        this.missingUntil.set(key, now() + MISSING_MS);
        await this.cache.remove(key);
      }
      throw error;
    } finally {
      this.fetches--;
      this.waiting.shift()?.();
    }
  }

  private async fetchCopy(url: string, key: string, client: string, old: CachedCopy | undefined): Promise<CachedCopy> {
    const patience = new Patience(this.settings.timeoutMs, url);
    this.patiences.add(patience);
    try {
      const response = await requestFile(url, headersFor(client, old?.facts), this.settings, patience);
      if (response.status === STATUS_NOT_MODIFIED && old !== undefined) {
        return old;
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        throw refusedWith(url, response.status);
      }
      return await this.cache.store(key, (write) => this.readBody(url, response, patience, write));
    } finally {
      patience.end();
      this.patiences.delete(patience);
    }
  }

  private async readBody(
    url: string,
    response: Response,
    patience: Patience,
    write: (bytes: Uint8Array) => Promise<void>,
  ): Promise<CopyFacts> {
    const { maxFileBytes } = this.settings;
    let announced: number | undefined;
    let sizeBytes = 0;
    const body = response.body?.getReader();
    try {
      announced = announcedBytes(url, response, maxFileBytes);
      for (let part = await body?.read(); part !== undefined && !part.done; part = await body?.read()) {
        sizeBytes += part.value.length;
        if (sizeBytes > maxFileBytes) {
          throw tooLarge(url, maxFileBytes);
        }
        patience.received(part.value.length);
        await write(part.value);
      }
    } catch (error) {
      void body?.cancel().catch(() => {});
      throw brokenOff(url, error, sizeBytes);
    }
    if (announced !== undefined && sizeBytes !== announced) {
      throw failed(url, `ended after ${sizeBytes} of ${announced} bytes`);
    }
    const { headers } = response;
    return { url: shownUrl(url), sizeBytes, etag: headers.get("etag"), lastModified: headers.get("last-modified") };
  }

  /** Waits for one of the fetches that may run at once. */
  private async turn(): Promise<void> {
    if (this.fetches >= this.settings.maxFetches) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.fetches++;
  }

  private warnOfOldCopies(url: string, failure: UpstreamFailure): void {
    const { origin } = new URL(url);
    if (!this.warnedOf.has(origin)) {
      this.warnedOf.add(origin);
      this.warn(
        `The upstream ${origin} fails, and files come from the cache, where they may be old: ${failure.message}`,
      );
    }
  }
}

/** Milliseconds, never going back. */
function now(): number {
  return process.uptime() * 1000;
}

function headersFor(client: string, facts: CopyFacts | undefined): Record<string, string> {
  return {
    ...(client === "" ? {} : { "x-tftp-address": client }),
    ...(facts?.etag ? { "if-none-match": facts.etag } : {}),
    ...(facts?.lastModified ? { "if-modified-since": facts.lastModified } : {}),
  };
}

function missing(url: string): UpstreamFailure {
  return new UpstreamFailure("not_found", "not_found", `the upstream has no ${shownUrl(url)}`);
}

function refusedWith(url: string, status: number): UpstreamFailure {
  if (MISSING_STATUS.has(status)) {
    return missing(url);
  }
  const outcome = FORBIDDEN_STATUS.has(status) ? "forbidden" : "failed";
  return new UpstreamFailure(outcome, "upstream_failed", `${shownUrl(url)} answered with status ${status}`);
}

/** The body has ended before its time; or the disk is full, which is no failure of the upstream. */
function brokenOff(url: string, error: unknown, sizeBytes: number): unknown {
  const { code, cause } = error as { code?: string; cause?: unknown };
  const isOwn = error instanceof UpstreamFailure || (typeof code === "string" && cause === undefined);
  return isOwn ? error : failed(url, `broke off after ${sizeBytes} bytes: ${causeOf(error)}`);
}
