/**
 * An upload on its way to an upstream. It grows in a hidden file, and is sent when it is whole, with its length: object stores
 * take nothing else, and a client that breaks off leaves nothing there.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { CollectedWrites } from "../files/collected-writes.js";
import { closeStaged, type Staging, stageBeside } from "../files/staging.js";
import { shownUrl } from "../rules/url-template.js";
import { storeErrorIn } from "./store-error.js";
import type { Turns } from "./turns.js";
import { exchange, type UpstreamRequest } from "./upstream-exchange.js";
import { failed, UpstreamFailure } from "./upstream-failure.js";
import type { UpstreamSettings } from "./upstream-settings.js";

/** Shorter than the 20 s in which an upload must be completed, so that the reason names the upstream. */
const MAX_PUT_MS = 19_000;
/** For this user only: backups hold passwords. */
const STAGING_MODE = 0o600;

const STATUS_EXISTS = 412;
const STATUS_FAILURE = 500;
const FORBIDDEN_STATUS: ReadonlySet<number> = new Set([401, 403]);
const FULL_STATUS: ReadonlySet<number> = new Set([413, 507]);

/** Where an upload goes. */
export interface UploadPlace {
  readonly url: string;
  /** Headers that name the client. */
  readonly headers: Readonly<Record<string, string>>;
  /** Folder of the hidden file. */
  readonly folder: string;
  readonly turns: Turns;
}

/**
 * Opens an upload. A file that must not be replaced is asked for first: the device learns at once that it is there, and some
 * servers do not know `If-None-Match` for uploads.
 *
 * @param stored is called when the upstream has the file.
 * @throws UpstreamFailure; NodeJS.ErrnoException if there is no room for the file.
 */
export async function openUpload(
  place: UploadPlace,
  sizeBytes: number,
  settings: UpstreamSettings,
  stored: () => void,
): Promise<UpstreamUpload> {
  if (sizeBytes > settings.maxFileBytes) {
    throw tooLarge(place.url, settings.maxFileBytes);
  }
  if (settings.write === "new") {
    await refuseExisting(place, settings);
  }
  return new UpstreamUpload(place, stageBeside(place.folder, sizeBytes, STAGING_MODE), settings, stored);
}

async function refuseExisting({ url, headers, turns }: UploadPlace, settings: UpstreamSettings): Promise<void> {
  const ending = new AbortController();
  const limit = abortLater(ending, settings.timeoutMs, () => silent(url, settings));
  try {
    await turns.take(ending.signal);
    try {
      const { ok, status } = await exchange(url, { method: "HEAD", headers, signal: ending.signal }, settings);
      if (ok) {
        throw exists(url);
      }
      // Stores say 403 of files that are not there to those who may not list them: the upload itself decides.
      if (status >= STATUS_FAILURE) {
        throw refusedWith(url, status, "");
      }
    } finally {
      turns.give();
    }
  } finally {
    clearTimeout(limit);
  }
}

export class UpstreamUpload {
  private readonly ending = new AbortController();
  private readonly writes: CollectedWrites;
  private sizeBytes = 0;
  private putting: Promise<void> | undefined;

  constructor(
    private readonly place: UploadPlace,
    private readonly staging: Staging,
    private readonly settings: UpstreamSettings,
    private readonly stored: () => void,
  ) {
    this.writes = new CollectedWrites(staging.descriptor);
  }

  /** @throws UpstreamFailure if the file is too large; NodeJS.ErrnoException if it cannot be written. */
  write(source: DataView, offset: number, length: number, position: number): void {
    if (position + length > this.settings.maxFileBytes) {
      throw tooLarge(this.place.url, this.settings.maxFileBytes);
    }
    this.writes.write(source, offset, length, position);
    this.sizeBytes = position + length;
  }

  /**
   * Sends the file. Resolves when the upstream has it.
   *
   * @throws UpstreamFailure; NodeJS.ErrnoException if the file cannot be written.
   */
  put(): Promise<void> {
    this.putting = this.send();
    return this.putting;
  }

  /** Ends the sending, and removes the hidden file. */
  close(): void {
    this.ending.abort(failed(this.place.url, "was given up"));
    this.writes.close();
    this.staging.discard(false);
    const closeFile = (): void => closeStaged(this.staging);
    if (this.putting === undefined) {
      closeFile();
    } else {
      // It may be being read.
      this.putting.then(closeFile, closeFile);
    }
  }

  private async send(): Promise<void> {
    const { url, turns } = this.place;
    const { ending } = this;
    this.writes.flush();
    const limit = abortLater(ending, MAX_PUT_MS, () => failed(url, `did not take the file in ${MAX_PUT_MS / 1000} s`));
    try {
      await turns.take(ending.signal);
      try {
        await this.sendNow();
      } finally {
        turns.give();
      }
    } finally {
      clearTimeout(limit);
    }
    this.stored();
  }

  private async sendNow(): Promise<void> {
    const { url } = this.place;
    const { settings, ending } = this;
    const idle = abortLater(ending, settings.timeoutMs, () => silent(url, settings));
    try {
      const request = await this.request(() => this.read(idle));
      const response = await exchange(url, request, settings);
      const detail = await storeErrorIn(response);
      if (!response.ok) {
        throw refusedWith(url, response.status, detail);
      }
    } finally {
      clearTimeout(idle);
    }
  }

  private async request(body: () => AsyncIterable<Uint8Array>): Promise<UpstreamRequest> {
    const { write, signer } = this.settings;
    const headers = {
      ...this.place.headers,
      "content-type": "application/octet-stream",
      "content-length": String(this.sizeBytes),
      ...(write === "new" ? { "if-none-match": "*" } : {}),
    };
    const request: UpstreamRequest = { method: "PUT", headers, body, signal: this.ending.signal };
    return signer === undefined ? request : { ...request, bodySha256: await sha256Of(body()) };
  }

  /** The file, as fast as the upstream takes it. */
  private async *read(idle: NodeJS.Timeout): AsyncIterable<Uint8Array> {
    const parts = fs.createReadStream("", { fd: this.staging.descriptor, autoClose: false, start: 0 });
    for await (const part of parts) {
      idle.refresh();
      yield part;
    }
    idle.refresh();
  }
}

/** In hexadecimal digits. */
async function sha256Of(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of parts) {
    hash.update(part);
  }
  return hash.digest("hex");
}

function abortLater(controller: AbortController, timeoutMs: number, failure: () => UpstreamFailure): NodeJS.Timeout {
  return setTimeout(() => controller.abort(failure()), timeoutMs);
}

function silent(url: string, { timeoutMs }: UpstreamSettings): UpstreamFailure {
  return failed(url, `took nothing and gave no answer for ${timeoutMs / 1000} s`);
}

function exists(url: string): UpstreamFailure {
  return new UpstreamFailure("exists", "exists", `the upstream has ${shownUrl(url)}`);
}

function tooLarge(url: string, maxFileBytes: number): UpstreamFailure {
  const text = `the upload to ${shownUrl(url)} is larger than ${maxFileBytes} bytes, the largest file of the upstream (max-size)`;
  return new UpstreamFailure("too_large", "upstream_failed", text);
}

function refusedWith(url: string, status: number, detail: string): UpstreamFailure {
  if (status === STATUS_EXISTS) {
    return exists(url);
  }
  const outcome = FORBIDDEN_STATUS.has(status) ? "forbidden" : FULL_STATUS.has(status) ? "too_large" : "failed";
  const text = `${shownUrl(url)} answered the upload with status ${status}${detail}`;
  return new UpstreamFailure(outcome, "upstream_failed", text);
}
