/**
 * The site of the status page. It decides on each request by its head alone, so that no unwanted body is read. A host
 * brings HTTP and carries out the decisions.
 *
 *     GET     /                  the page
 *     GET     /metrics           metrics
 *     GET     /healthz           200 while the server takes requests, otherwise 503; not on a board
 *     GET     /api/status        status of the server; with `?all`, every running transfer
 *     GET     /api/files         list of files; `FileQuery` has its parameters
 *     PUT     /api/files/NAME    uploads a file
 *     DELETE  /api/files/NAME    removes a file
 */
import { VERSION } from "lockstep-tftp:page";
import { isRefusal, NOT_FOUND, type Storage } from "../../src/index.js";
import type { Catalogue, ListedFile } from "../common/catalogue.js";
import {
  type Answer,
  dataAnswer,
  errorAnswer,
  healthAnswer,
  methodNotAllowed,
  metricsAnswer,
  pageAnswer,
  STATUS_BAD_REQUEST,
  STATUS_FORBIDDEN,
  STATUS_HEADERS_TOO_LARGE,
  STATUS_LENGTH_REQUIRED,
  STATUS_MISDIRECTED,
  STATUS_NOT_FOUND,
  STATUS_TOO_LARGE,
  STATUS_UNAVAILABLE,
} from "./answer.js";
import { nameInPath } from "./file-name.js";
import { type FileLimits, FilePage } from "./file-page.js";
import { fileQuery } from "./file-query.js";
import { metricsText } from "./metrics.js";
import type { NameRights } from "./name-rights.js";
import { isCrossOrigin, type OwnHosts } from "./origins.js";
import type { TransferRecords } from "./records.js";
import { refusedRemoval, refusedUpload } from "./refusal-answers.js";
import { MAX_HEADERS, OWN_HEADER, type RequestHead } from "./request-head.js";
import type { StatusSource } from "./source.js";
import { MAX_SHOWN_TRANSFERS, type SiteDescription, statusReport } from "./status-report.js";
import { Upload } from "./upload.js";

const FILES_PATH = "/api/files";
const FILE_PATH = `${FILES_PATH}/`;

/** Instruction for the host. */
export type Decision =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** Add the files of the catalogue to the page, as they are `shown` to the address, and send its answer. */
  | { readonly kind: "list"; readonly catalogue: Catalogue; readonly page: FilePage; readonly address: string }
  /** Write the body to the upload, part by part, and answer with the result of `finish`. */
  | { readonly kind: "upload"; readonly upload: Upload };

/** Receives the name of a file that a user of the page has changed, and the address of the user. */
export type FileListener = (name: string, address: string) => void;

export interface SiteContext {
  readonly source: StatusSource;
  readonly records: TransferRecords;
  readonly storage: Storage;
  readonly catalogue: Catalogue | undefined;
  /** Undefined if the server has no rules. */
  readonly rights?: NameRights | undefined;
  readonly hosts: OwnHosts;
  /** The page in gzip, as built. */
  readonly page: Uint8Array;
  readonly fileLimits: FileLimits;
  /** Uploads that can run at once. */
  readonly maxUploads: number;
  readonly describe: () => SiteDescription;
  /** Whether the server takes requests. Undefined where health checks get no answer. */
  readonly isListening?: () => boolean;
  readonly put: FileListener;
  readonly removed: FileListener;
}

export class Site {
  private uploads = 0;

  constructor(private readonly context: SiteContext) {}

  decide(head: RequestHead): Decision {
    if (head.headerCount > MAX_HEADERS) {
      return refused(STATUS_HEADERS_TOO_LARGE, `Too many headers. Send at most ${MAX_HEADERS}.`);
    }
    const path = head.target.replace(/\?.*$/s, "");
    const { isListening } = this.context;
    if (path === "/healthz" && isListening !== undefined) {
      // Under any name: a container's supervisor uses one that nobody configured, and the answer tells nothing.
      return answered(head.method === "GET" ? healthAnswer(isListening()) : methodNotAllowed("GET"));
    }
    const host = head.header("host");
    if (!this.context.hosts.includes(host)) {
      return refused(
        STATUS_MISDIRECTED,
        `"${host ?? ""}" is not a name of this server. Open it by its address, or add the name to hostNames.`,
      );
    }
    if (path === "/") {
      return head.method === "GET" ? answered(pageAnswer(this.context.page)) : answered(methodNotAllowed("GET"));
    }
    if (isCrossOrigin(head)) {
      return refused(STATUS_FORBIDDEN, "Pages of other sites get no access. Open / instead.");
    }
    return path.startsWith(FILE_PATH) ? this.decideOnFile(head, path) : this.decideOnData(head, path);
  }

  /** The file as a client at this address may see it, as far as the rules go; undefined if it may not. */
  shown(file: ListedFile, address: string): ListedFile | undefined {
    const { rights } = this.context;
    if (rights === undefined) {
      return file;
    }
    const isRemovable = file.isRemovable && rights.uploadName(file.name, address) === file.name;
    return rights.mayRead(file.name, address) ? { ...file, isRemovable } : undefined;
  }

  private decideOnData(head: RequestHead, path: string): Decision {
    const { source, records, catalogue, describe } = this.context;
    const isKnown = path === "/metrics" || path === "/api/status" || path === FILES_PATH;
    if (!isKnown) {
      return refused(STATUS_NOT_FOUND, "Not found. The page is at /, metrics at /metrics.");
    }
    if (head.method !== "GET") {
      return answered(methodNotAllowed("GET"));
    }
    if (path === "/metrics") {
      return answered(metricsAnswer(metricsText(source, records, describe(), VERSION)));
    }
    if (path === "/api/status") {
      const maxTransfers = head.target.endsWith("?all") ? source.maxTransfers : MAX_SHOWN_TRANSFERS;
      return answered(dataAnswer(statusReport(source, records, catalogue, describe(), VERSION, maxTransfers)));
    }
    return catalogue === undefined
      ? refused(STATUS_NOT_FOUND, "Files cannot be listed. Give the storage the methods of Catalogue.")
      : this.decideOnList(head, catalogue);
  }

  private decideOnList({ target, address }: RequestHead, catalogue: Catalogue): Decision {
    const { fileLimits } = this.context;
    const query = fileQuery(target, fileLimits.maxFiles);
    if (query === undefined) {
      return refused(STATUS_BAD_REQUEST, "Invalid parameters. docs/status-page.md describes them.");
    }
    const page = new FilePage(query, fileLimits);
    if (query.name === undefined) {
      return { kind: "list", catalogue, page, address };
    }
    this.addNamed(page, query.name, catalogue.mayOverwrite, address);
    return answered(page.answer(true));
  }

  /** Adds the file that an upload of this name would meet. */
  private addNamed(page: FilePage, name: string, isRemovable: boolean, address: string): void {
    const { rights, storage } = this.context;
    const storedName = rights === undefined ? name : rights.uploadName(name, address);
    const file = storedName === undefined ? NOT_FOUND : storage.openForReading(storedName, address);
    if (storedName !== undefined && !isRefusal(file)) {
      const shown = this.shown({ name: storedName, sizeBytes: file.sizeBytes, isRemovable }, address);
      file.close();
      if (shown !== undefined) {
        page.add(shown);
      }
    }
  }

  private decideOnFile(head: RequestHead, path: string): Decision {
    const { catalogue } = this.context;
    const isPut = head.method === "PUT";
    if (!isPut && head.method !== "DELETE") {
      return answered(methodNotAllowed("PUT, DELETE"));
    }
    if (head.header(OWN_HEADER) === undefined) {
      return refused(STATUS_FORBIDDEN, `Changes need the header ${OWN_HEADER}. Send it with any value.`);
    }
    if (catalogue === undefined || !catalogue.mayWrite) {
      return refused(STATUS_FORBIDDEN, "Files cannot be changed here. Allow uploads on the server.");
    }
    const name = nameInPath(path.slice(FILE_PATH.length));
    if (name === undefined) {
      return refused(STATUS_BAD_REQUEST, "Invalid file name. Choose one without .. and control characters.");
    }
    const { rights } = this.context;
    const storedName = rights === undefined ? name : rights.uploadName(name, head.address);
    // Over TFTP a file is replaced under the name that rules give it. Another file must not be removed in its place.
    if (storedName === undefined || (!isPut && storedName !== name)) {
      return refused(
        STATUS_FORBIDDEN,
        `Rules of the server protect "${name}". Choose another name, or change the rules.`,
      );
    }
    return isPut ? this.decideOnUpload(head, name) : this.remove(catalogue, head, name);
  }

  private decideOnUpload(head: RequestHead, requestedName: string): Decision {
    const { source, storage, rights, maxUploads, records } = this.context;
    const length = head.header("content-length");
    if (length === undefined || head.header("transfer-encoding") !== undefined || !/^\d{1,15}$/.test(length)) {
      return refused(STATUS_LENGTH_REQUIRED, "The size is missing. Send Content-Length.");
    }
    const sizeBytes = Number(length);
    if (sizeBytes > source.maxSizeBytes) {
      const text = `"${requestedName}" has ${sizeBytes} bytes; at most ${source.maxSizeBytes} are allowed. Send a smaller file.`;
      return refused(STATUS_TOO_LARGE, text);
    }
    if (this.uploads >= maxUploads) {
      return refused(STATUS_UNAVAILABLE, "Too many uploads. Try again soon.");
    }
    const { name, file } = rights?.openUpload(requestedName, sizeBytes, head.address) ?? {
      name: requestedName,
      file: storage.openForWriting(requestedName, sizeBytes, head.address),
    };
    if (isRefusal(file)) {
      return answered(refusedUpload(file, name));
    }
    this.uploads++;
    const upload = new Upload(file, name, sizeBytes, (isStored) => {
      this.uploads--;
      if (isStored) {
        records.fileChanges++;
        records.missing.remove(name);
        this.context.put(name, head.address);
      }
    });
    return { kind: "upload", upload };
  }

  private remove(catalogue: Catalogue, head: RequestHead, name: string): Decision {
    const refusal = catalogue.removeFile(name);
    if (refusal < 0) {
      return answered(refusedRemoval(refusal, name));
    }
    this.context.records.fileChanges++;
    this.context.removed(name, head.address);
    return answered(dataAnswer({ name }));
  }
}

function answered(answer: Answer): Decision {
  return { kind: "answer", answer };
}

function refused(status: number, message: string): Decision {
  return answered(errorAnswer(status, message));
}
