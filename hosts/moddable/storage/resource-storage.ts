/**
 * Resources of the flash image, where the SDK's manifests put them. They are read-only.
 */
import Resource from "Resource";
import { FORBIDDEN, NOT_FOUND, type ReadableFile, type Refusal } from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import type { ReasonCode } from "../../common/reasons.js";
import { ImageFile } from "./image-file.js";
import { type ReasonedStorage, refuse, UPLOADS_OFF } from "./reasoned-storage.js";

export class ResourceStorage implements ReasonedStorage, Catalogue {
  refusalReason: ReasonCode | undefined = undefined;
  readonly mayWrite = false;
  readonly mayOverwrite = false;

  /**
   * @param names the served resources. An image also has others, such as certificates. The SDK's tools do not keep folders
   * of resources: use `ArchiveStorage` for those.
   */
  constructor(private readonly names: readonly string[]) {}

  openForReading(name: string): ReadableFile | Refusal {
    if (!this.names.includes(name) || !Resource.exists(name)) {
      return NOT_FOUND;
    }
    const resource = new Resource(name);
    return new ImageFile(resource, 0, resource.byteLength);
  }

  openForWriting(): Refusal {
    return refuse(this, FORBIDDEN, UPLOADS_OFF);
  }

  listFiles(visit: (file: ListedFile) => boolean): void {
    for (const name of this.names) {
      if (Resource.exists(name) && !visit({ name, sizeBytes: new Resource(name).byteLength, isRemovable: false })) {
        return;
      }
    }
  }

  removeFile(): Refusal {
    return FORBIDDEN;
  }
}
