/** The body of a response: written to the cache, and given out before its end if it is large. */

import { shownUrl } from "../rules/url-template.js";
import type { CopyWriter } from "./cache-folder.js";
import type { CachedCopy, CopyFacts } from "./cached-copy.js";
import type { FillingCopy } from "./filling-copy.js";
import { causeOf, failed, UpstreamFailure } from "./upstream-failure.js";
import { announcedBytes, type Patience, tooLarge } from "./upstream-request.js";

const KIB = 1024;
/** A smaller file is whole before most clients ask again, and one that breaks off can still be told from a whole one. */
const MIN_EARLY_FILE_BYTES = 256 * KIB;
/** More than the first windows need, so that a client's first ACKs are answered at once. */
const EARLY_BYTES = 64 * KIB;

/** Gives out a copy of which the rest has not come. */
export type ReadEarly = (copy: CachedCopy) => FillingCopy;

export class UpstreamBody {
  private receivedBytes = 0;
  private filling: FillingCopy | undefined;

  /** @param readEarly undefined if all must wait for the whole. */
  constructor(
    private readonly url: string,
    private readonly response: Response,
    private readonly maxFileBytes: number,
    private readonly readEarly: ReadEarly | undefined,
  ) {}

  /** @throws UpstreamFailure, or NodeJS.ErrnoException if it cannot be written. */
  async write(writer: CopyWriter, patience: Patience): Promise<CopyFacts> {
    const { url, response } = this;
    const body = response.body?.getReader();
    try {
      const announced = announcedBytes(url, response, this.maxFileBytes);
      for (let part = await body?.read(); part !== undefined && !part.done; part = await body?.read()) {
        this.receivedBytes += part.value.length;
        if (this.receivedBytes > this.maxFileBytes) {
          throw tooLarge(url, this.maxFileBytes);
        }
        patience.received(part.value.length);
        await writer.write(part.value);
        await this.grow(announced, writer);
      }
      if (announced !== undefined && this.receivedBytes !== announced) {
        throw failed(url, `ended after ${this.receivedBytes} of ${announced} bytes`);
      }
    } catch (error) {
      void body?.cancel().catch(() => {});
      const failure = brokenOff(url, error, this.receivedBytes);
      this.filling?.fail(failure);
      throw failure;
    }
    return this.factsOf(this.receivedBytes);
  }

  private async grow(announced: number | undefined, writer: CopyWriter): Promise<void> {
    const isLarge = announced !== undefined && announced >= MIN_EARLY_FILE_BYTES;
    if (this.filling === undefined && isLarge && this.receivedBytes >= EARLY_BYTES && this.readEarly !== undefined) {
      this.filling = this.readEarly(await writer.open(this.factsOf(announced)));
    }
    this.filling?.grow(this.receivedBytes);
  }

  private factsOf(sizeBytes: number): CopyFacts {
    const { url, response } = this;
    const { headers } = response;
    return { url: shownUrl(url), sizeBytes, etag: headers.get("etag"), lastModified: headers.get("last-modified") };
  }
}

/** The body has ended before its time; or the disk is full, which is no failure of the upstream. */
function brokenOff(url: string, error: unknown, sizeBytes: number): unknown {
  const { code, cause } = error as { code?: string; cause?: unknown };
  const isOwn = error instanceof UpstreamFailure || (typeof code === "string" && cause === undefined);
  return isOwn ? error : failed(url, `broke off after ${sizeBytes} bytes: ${causeOf(error)}`);
}
