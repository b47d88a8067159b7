/**
 * The status page of a server on a board.
 *
 * ```js
 * import Listener from "embedded:io/socket/listener";
 * import StatusPage, { TransferRecords } from "lockstep-tftp/status-page";
 *
 * const records = new TransferRecords(8);
 * const server = new TFTPServer({ io: UDP, storage, records });
 * new StatusPage({ server, records, storage, io: Listener });
 * ```
 */
import Resource from "Resource";
import type { Storage } from "../../../src/index.js";
import { catalogueOf } from "../../common/catalogue.js";
import { GuardedStorage } from "../../common/guarded-storage.js";
import type { AddressSource } from "../../status/address-source.js";
import { OwnHosts } from "../../status/origins.js";
import type { TransferRecords } from "../../status/records.js";
import { Site } from "../../status/site.js";
import type { StatusSource } from "../../status/source.js";
import { ErrorReport } from "../error-report.js";
import { HTTPServer } from "./http-server.js";
import type { ListenerClass, ListenerConstructor } from "./tcp.js";

export type { Catalogue, ListedFile } from "../../common/catalogue.js";
export type { MissingFile, MissingFiles } from "../../common/missing-files.js";
export type { Reason, ReasonCode } from "../../common/reasons.js";
export type { AddressedClient, AddressSource, BootState } from "../../status/address-source.js";
export { type DirectionCounts, type RefusalRecord, type Result, TransferRecords } from "../../status/records.js";
export type { StatusSource } from "../../status/source.js";
export type {
  Listener,
  ListenerClass,
  ListenerConstructor,
  ListenerOptions,
  TCP,
  TCPConstructor,
  TCPOptions,
} from "./tcp.js";

const HTTP_PORT = 80;
const PAGE = "status-page.html.gz";
const NAME_DEFAULT = "lockstep-tftp";
/** lwIP has eight TCP connections as the SDK configures it, and each takes some 5,000 bytes here. */
const DEFAULT_MAX_CONNECTIONS = 3;
const HEAD_TIMEOUT_MS_DEFAULT = 10_000;
const MAX_UPLOADS = 1;
const ASK_AGAIN_MS = 2000;
/** A page of the list must fit the memory of a board, and looking at a file takes milliseconds, in which nothing else runs. */
const FILE_LIMITS = Object.freeze({ maxFiles: 50, maxCharacters: 4000, maxVisited: 500 });

/** Options of a {@link StatusPage}. Exceptions of callbacks are caught. */
export interface StatusPageOptions {
  /** The TFTP server. */
  server: StatusSource;
  /** The same records as the server's. */
  records: TransferRecords;
  /** The server's storage. Its exceptions are caught. Files are listed and removed if it has the methods of a `Catalogue`. */
  storage: Storage;
  /** The class of the listener: that of `embedded:io/socket/listener`, or another one like it. */
  io: ListenerClass;
  /** Default 80. */
  port?: number;
  /** Title of the page. Default `lockstep-tftp`. */
  name?: string;
  /** Addresses of the TFTP server, as `192.168.4.1:69`; shown on the page. */
  addresses?: () => readonly string[];
  /** A DHCP server, whose clients the page shows. */
  dhcp?: AddressSource | undefined;
  /** Host names of the page, in lower case, besides the board's address and `localhost`. */
  hostNames?: readonly string[];
  /** Connections at once. Default 3. */
  maxConnections?: number;
  /** Time limit for the head of a request, in milliseconds. Default 10,000. */
  headTimeoutMs?: number;
  /** Called for each connection. False closes it. */
  onRequest?(address: string): boolean;
  /** A file was put on the page. */
  onPut?(name: string, address: string): void;
  /** A file was removed on the page. */
  onRemoved?(name: string, address: string): void;
  /** The storage, a callback or a socket threw. The page goes on. Default: a line on the console. */
  onError?(error: unknown): void;
}

/** A status page on a board. It listens from its construction until `close`. */
export default class StatusPage {
  private readonly http: HTTPServer;
  private readonly errors: ErrorReport<StatusPageOptions>;

  /**
   * @throws whatever `io` throws: no network interface is up yet, the port is taken, no memory; URIError if the page is not
   * in the flash image.
   */
  constructor(options: StatusPageOptions) {
    this.errors = new ErrorReport(options, options.onError);
    const { server, records, storage, io } = options;
    const startedAt = server.now();
    const site = new Site({
      source: server,
      records,
      storage: new GuardedStorage(storage, this.errors),
      catalogue: catalogueOf(storage),
      // The listener is bound to every address of the board.
      hosts: new OwnHosts([], options.hostNames ?? []),
      page: new Uint8Array(new Resource(PAGE)),
      fileLimits: FILE_LIMITS,
      maxUploads: MAX_UPLOADS,
      describe: () => ({
        name: options.name ?? NAME_DEFAULT,
        addresses: options.addresses?.() ?? [],
        startedAt,
        askAgainMs: ASK_AGAIN_MS,
        dhcp: options.dhcp,
      }),
      put: (name, address) => this.attempt(() => options.onPut?.(name, address)),
      removed: (name, address) => this.attempt(() => options.onRemoved?.(name, address)),
    });
    this.http = new HTTPServer({
      io: io as ListenerConstructor,
      port: options.port ?? HTTP_PORT,
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      headTimeoutMs: options.headTimeoutMs ?? HEAD_TIMEOUT_MS_DEFAULT,
      site,
      isWelcome: (address) => this.attempt(() => options.onRequest?.(address) ?? true) ?? false,
      failed: (error) => this.errors.failed(error),
    });
  }

  /** Closes every connection; an unfinished upload leaves nothing. */
  close(): void {
    this.http.close();
  }

  private attempt<Result>(action: () => Result): Result | undefined {
    try {
      return action();
    } catch (error) {
      this.errors.failed(error);
      return undefined;
    }
  }
}
