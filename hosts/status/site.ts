/**
 * The status page's site: decides on each request by its head alone, so that nothing is read of a body that is not
 * wanted. It knows no sockets; a host brings HTTP, and what the site tells it to do.
 *
 *     GET     /                  the page
 *     GET     /metrics           the metrics
 *     GET     /api/status        how the server does
 *     GET     /api/files         what it serves
 *     PUT     /api/files/NAME    puts a file
 *     DELETE  /api/files/NAME    removes a file
 */
import { VERSION } from "lockstep-tftp:page";
import { isRefusal, type Storage } from "../../src/index.js";
import type { Catalogue, ListedFile } from "../common/catalogue.js";
import {
  type Answer,
  dataAnswer,
  errorAnswer,
  methodNotAllowed,
  metricsAnswer,
  pageAnswer,
  STATUS_BAD_REQUEST,
  STATUS_FORBIDDEN,
  STATUS_LENGTH_REQUIRED,
  STATUS_MISDIRECTED,
  STATUS_NOT_FOUND,
  STATUS_TOO_LARGE,
  STATUS_UNAVAILABLE,
} from "./answer.js";
import { nameInPath } from "./file-name.js";
import { metricsText } from "./metrics.js";
import { isFromElsewhere, OWN_HEADER, type OwnHosts } from "./origins.js";
import type { TransferRecords } from "./records.js";
import { putRefused, removalRefused } from "./refusal-answers.js";
import type { RequestHead } from "./request-head.js";
import type { StatusSource } from "./source.js";
import { type SiteDescription, statusReport } from "./status-report.js";
import { Upload } from "./upload.js";

const FILES_PATH = "/api/files";
const FILE_PATH = `${FILES_PATH}/`;

/** What a host does with a request. */
export type Decision =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** Asks the catalogue for its files, and answers with `filesAnswer`. */
  | { readonly kind: "list"; readonly catalogue: Catalogue }
  /** Hands the body to the upload, part by part, then answers with what `finish` gives. */
  | { readonly kind: "upload"; readonly upload: Upload };

/** A file was put, or removed, by somebody who uses the page. */
export type FileListener = (name: string, address: string) => void;

export interface SiteParts {
  readonly source: StatusSource;
  readonly records: TransferRecords;
  readonly storage: Storage;
  readonly catalogue: Catalogue | undefined;
  readonly hosts: OwnHosts;
  /** The page as the build has made it. */
  readonly page: Uint8Array;
  /** How many uploads may run at once. */
  readonly maxUploads: number;
  readonly describe: () => SiteDescription;
  readonly put: FileListener;
  readonly removed: FileListener;
}

export class Site {
  private uploads = 0;

  constructor(private readonly parts: SiteParts) {}

  decide(head: RequestHead): Decision {
    const host = head.header("host");
    if (!this.parts.hosts.includes(host)) {
      return refused(
        STATUS_MISDIRECTED,
        `This server is not called "${host ?? ""}". Open it by its address; a program that runs it may give it names (hostNames).`,
      );
    }
    const path = head.target.replace(/\?.*$/s, "");
    if (path === "/") {
      return head.method === "GET" ? answered(pageAnswer(this.parts.page)) : answered(methodNotAllowed("GET"));
    }
    if (isFromElsewhere(head)) {
      return refused(STATUS_FORBIDDEN, "A page of another server asks for this, which is not allowed. Open / instead.");
    }
    return path.startsWith(FILE_PATH) ? this.decideOnFile(head, path) : this.decideOnData(head, path);
  }

  filesAnswer(files: readonly ListedFile[], isComplete: boolean): Answer {
    return dataAnswer({ files, isComplete });
  }

  private decideOnData(head: RequestHead, path: string): Decision {
    const { source, records, catalogue, describe } = this.parts;
    const isKnown = path === "/metrics" || path === "/api/status" || path === FILES_PATH;
    if (!isKnown) {
      return refused(STATUS_NOT_FOUND, "There is nothing here. The page is at /, the metrics are at /metrics.");
    }
    if (head.method !== "GET") {
      return answered(methodNotAllowed("GET"));
    }
    if (path === "/metrics") {
      return answered(metricsAnswer(metricsText(source, records, describe(), VERSION)));
    }
    if (path === "/api/status") {
      return answered(dataAnswer(statusReport(source, records, catalogue, describe(), VERSION)));
    }
    return catalogue === undefined
      ? refused(STATUS_NOT_FOUND, "The files of this storage cannot be listed. Give it the methods of a catalogue.")
      : { kind: "list", catalogue };
  }

  private decideOnFile(head: RequestHead, path: string): Decision {
    const { catalogue } = this.parts;
    const isPut = head.method === "PUT";
    if (!isPut && head.method !== "DELETE") {
      return answered(methodNotAllowed("PUT, DELETE"));
    }
    if (head.header(OWN_HEADER) === undefined) {
      return refused(STATUS_FORBIDDEN, `Nothing is changed without the header ${OWN_HEADER}. Send it with any value.`);
    }
    if (catalogue === undefined || !catalogue.mayWrite) {
      return refused(STATUS_FORBIDDEN, "Files may not be changed here. Start the server with uploads allowed.");
    }
    const name = nameInPath(path.slice(FILE_PATH.length));
    if (name === undefined) {
      return refused(STATUS_BAD_REQUEST, "No file can have this name. Choose one without .. and control characters.");
    }
    return isPut ? this.decideOnUpload(head, name) : this.remove(catalogue, head, name);
  }

  private decideOnUpload(head: RequestHead, name: string): Decision {
    const { source, storage, maxUploads, records } = this.parts;
    const length = head.header("content-length");
    if (length === undefined || head.header("transfer-encoding") !== undefined || !/^\d{1,15}$/.test(length)) {
      return refused(STATUS_LENGTH_REQUIRED, "The size of the file must be told before. Send Content-Length.");
    }
    const sizeBytes = Number(length);
    if (sizeBytes > source.maxSizeBytes) {
      const text = `"${name}" has ${sizeBytes} bytes; ${source.maxSizeBytes} are allowed. Send a smaller file.`;
      return refused(STATUS_TOO_LARGE, text);
    }
    if (this.uploads >= maxUploads) {
      return refused(STATUS_UNAVAILABLE, "Others are putting files at the moment. Try again soon.");
    }
    const file = storage.openForWriting(name, sizeBytes, head.address);
    if (isRefusal(file)) {
      return answered(putRefused(file, name));
    }
    this.uploads++;
    const upload = new Upload(file, name, sizeBytes, (isThere) => {
      this.uploads--;
      if (isThere) {
        records.fileChanges++;
        this.parts.put(name, head.address);
      }
    });
    return { kind: "upload", upload };
  }

  private remove(catalogue: Catalogue, head: RequestHead, name: string): Decision {
    const refusal = catalogue.removeFile(name);
    if (refusal < 0) {
      return answered(removalRefused(refusal, name));
    }
    this.parts.records.fileChanges++;
    this.parts.removed(name, head.address);
    return answered(dataAnswer({ name }));
  }
}

function answered(answer: Answer): Decision {
  return { kind: "answer", answer };
}

function refused(status: number, message: string): Decision {
  return answered(errorAnswer(status, message));
}
