/** Files by their URLs, as a storage that answers later. What fetches them is loaded when a server asks for it. */
import { FAILED, FORBIDDEN, NOT_FOUND, type ReadableFile, type Refusal } from "../../../src/index.js";
import type { LaterStorage } from "../../common/later/later-storage.js";
import { printable } from "../../common/printable.js";
import { refuseFor } from "../../common/reasons.js";
import type { Upstream } from "./upstream.js";
import type { UpstreamFailureLike, UpstreamOptions } from "./upstream-options.js";

const REFUSALS: Readonly<Record<UpstreamFailureLike["outcome"], Refusal>> = {
  not_found: NOT_FOUND,
  forbidden: FORBIDDEN,
  failed: FAILED,
};

export class UpstreamFiles implements LaterStorage {
  private upstream: Upstream | undefined;
  private isClosed = false;

  /** @param warn receives what the owner of the server should know. Must not throw. */
  constructor(
    private readonly options: UpstreamOptions,
    private readonly warn: (message: string) => void,
  ) {}

  /** @throws RangeError or TypeError for an option; NodeJS.ErrnoException if the folder of the cache cannot be used. */
  async prepare(): Promise<void> {
    // The bundler knows the module by this path.
    const { openUpstream } = await import("../upstream/upstream.js");
    this.upstream = await openUpstream(this.options, this.warn);
    if (this.isClosed) {
      this.upstream.close();
    }
  }

  /** @param url made by a rule, or by the option `url`. */
  async openForReading(url: string, address: string | number): Promise<ReadableFile | Refusal> {
    try {
      return await (this.upstream as Upstream).open(url, String(address));
    } catch (error) {
      const { outcome, code, message } = error as Partial<UpstreamFailureLike>;
      if (outcome === undefined || code === undefined) {
        throw error;
      }
      return refuseFor(REFUSALS[outcome], code, `: ${printable(message ?? "")}`);
    }
  }

  openForWriting(): Refusal {
    return FORBIDDEN;
  }

  close(): void {
    this.isClosed = true;
    this.upstream?.close();
  }
}
