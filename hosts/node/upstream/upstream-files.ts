/** Files by their URLs, as a storage that answers later. What fetches them is loaded when a server asks for it. */
import type { ReadableFile, Refusal } from "../../../src/index.js";
import type { LaterStorage, LaterWritableFile } from "../../common/later/later-storage.js";
import type { Upstream, UpstreamClient } from "./upstream.js";
import type { UpstreamOptions } from "./upstream-options.js";
import { refuseFailed } from "./upstream-refusal.js";
import type { UpstreamUpload } from "./upstream-upload.js";

export class UpstreamFiles implements LaterStorage {
  private upstream: Promise<Upstream> | undefined;
  private isClosed = false;

  /**
   * @param clientPort of the present request; undefined for one over HTTP.
   * @param warn receives what the owner of the server should know. Must not throw.
   */
  constructor(
    private readonly options: UpstreamOptions,
    private readonly clientPort: () => number | undefined,
    private readonly warn: (message: string) => void,
  ) {}

  /** @throws RangeError or TypeError for an option; NodeJS.ErrnoException if the folder of the cache cannot be used. */
  async prepare(): Promise<void> {
    this.upstream = this.load();
    await this.upstream;
  }

  /** @param url made by a rule, or by the option `url`. */
  async openForReading(url: string, address: string | number): Promise<ReadableFile | Refusal> {
    const client = this.client(address);
    try {
      const upstream = await this.prepared();
      return await upstream.open(url, client);
    } catch (error) {
      return refuseFailed(error);
    }
  }

  /** @param url made by a rule, or by the option `url`. */
  async openForWriting(url: string, sizeBytes: number, address: string | number): Promise<LaterWritableFile | Refusal> {
    const client = this.client(address);
    try {
      const upstream = await this.prepared();
      return new RefusingUpload(await upstream.openForWriting(url, sizeBytes, client));
    } catch (error) {
      return refuseFailed(error);
    }
  }

  close(): void {
    this.isClosed = true;
    this.upstream?.then(
      (upstream) => upstream.close(),
      () => {},
    );
  }

  private async load(): Promise<Upstream> {
    // The bundler knows the module by this path.
    const { openUpstream } = await import("../upstream/upstream.js");
    const upstream = await openUpstream(this.options, { warn: this.warn, refuse: refuseFailed });
    if (this.isClosed) {
      upstream.close();
    }
    return upstream;
  }

  /** A group of processes prepares nothing in the process of its page. */
  private prepared(): Promise<Upstream> {
    this.upstream ??= this.load();
    return this.upstream;
  }

  private client(address: string | number): UpstreamClient {
    return { address: String(address), port: this.clientPort() };
  }
}

/** An upload whose failures are refusals. Those of the disk are exceptions. */
class RefusingUpload implements LaterWritableFile {
  constructor(private readonly upload: UpstreamUpload) {}

  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      this.upload.write(source, offset, length, position);
      return 0;
    } catch (error) {
      return refuseFailed(error);
    }
  }

  async commit(): Promise<number> {
    try {
      await this.upload.put();
      return 0;
    } catch (error) {
      return refuseFailed(error);
    }
  }

  close(): void {
    this.upload.close();
  }
}
