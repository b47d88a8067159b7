/** A storage whose missing files come from an upstream. */
import {
  type Address,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { checkedUrl, checkUrlTemplate, encodedAfter } from "../rules/url-template.js";

/** Whether an upload of this name goes to the upstream. */
export type TakesUpload = (name: string, address: Address) => boolean;

export class UpstreamStorage implements Storage {
  /**
   * @param files are looked up first.
   * @param upstream opens files by their URLs.
   * @param url the requested name is added to it.
   * @throws RangeError for a URL that no name can be added to.
   */
  constructor(
    private readonly files: Storage,
    private readonly upstream: Storage,
    private readonly url: string,
    private readonly takesUpload: TakesUpload,
  ) {
    checkUrlTemplate(url);
    if (!/[/=]$/.test(url)) {
      throw new RangeError(`the upstream "${url}" must end with / or =, after which the name is added`);
    }
  }

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    const file = this.files.openForReading(name, address);
    const url = file === NOT_FOUND ? this.urlOf(name) : undefined;
    return url === undefined ? file : this.upstream.openForReading(url, address);
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    const url = this.takesUpload(name, address) ? this.urlOf(name) : undefined;
    return url === undefined
      ? this.files.openForWriting(name, sizeBytes, address)
      : this.upstream.openForWriting(url, sizeBytes, address);
  }

  private urlOf(name: string): string | undefined {
    return checkedUrl(this.url + encodedAfter(this.url, name));
  }
}
