/** The status page of a server under Node. */
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import type http from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { hostname } from "node:os";
import type { TransferView } from "../../../src/index.js";
import { OwnHosts } from "../../status/origins.js";
import { TransferRecords } from "../../status/records.js";
import { Site } from "../../status/site.js";
import type { SiteDescription } from "../../status/status-report.js";
import { now } from "../clock.js";
import type { TftpServer } from "../server.js";
import type { EndedTransfer, RefusedRequest } from "../server-options.js";
import { hostAndPort, isWildcard, plainAddress, STATUS_PAGE_PORT } from "../udp/addresses.js";
import { httpServer } from "./http-server.js";

const LOOPBACK = "127.0.0.1";
const DEFAULT_MAX_CONNECTIONS = 64;
const HEAD_TIMEOUT_MS_DEFAULT = 10_000;
const MAX_UPLOADS = 8;
const ASK_AGAIN_MS = 1000;

/** Where a {@link StatusPage} is, and what it bears. */
export interface StatusPageOptions {
  /** The address to listen on. Default 127.0.0.1: only this machine sees the page. `0.0.0.0` or `::` is every address. */
  host?: string;
  /** The port to listen on. Default {@link STATUS_PAGE_PORT}, 8069. 0 takes any free port. */
  port?: number;
  /**
   * Names by which the page may be opened besides its address and `localhost`, as `tftp.example.net`. Any other name is
   * refused, because somebody else's page could give itself a name that leads here (DNS rebinding).
   */
  hostNames?: readonly string[];
  /** What the page is called, and a label of the metrics. Default: the machine's name. */
  name?: string;
  /** Connections at once, 1 or more; further ones are closed. Default 64. */
  maxConnections?: number;
  /** How long the head of a request may take, in milliseconds, 1 or more. Default 10,000. */
  headTimeoutMs?: number;
}

/** A file that somebody has put or removed on the page. */
export interface ChangedFile {
  /** As a client of TFTP asks for it. */
  readonly name: string;
  /** The address of whoever did it. */
  readonly address: string;
}

/** The events of a {@link StatusPage}. */
export interface StatusPageEvents {
  /** Somebody has put a file on the page. */
  put: [file: ChangedFile];
  /** Somebody has removed a file on the page. */
  removed: [file: ChangedFile];
}

/**
 * A page on which people see what a server does.
 *
 * ```js
 * const page = new StatusPage(server);
 * await page.listen();
 * console.log(page.url);
 * ```
 *
 * What clients may do over TFTP, whoever reaches the page may do there: put files, and, where files may be replaced, remove
 * them. It counts from its construction on.
 */
export class StatusPage extends EventEmitter<StatusPageEvents> {
  private readonly records = new TransferRecords();
  private readonly http: http.Server;
  private readonly host: string;
  private readonly port: number;
  private readonly name: string;
  private readonly startedAt = now();

  /** @param server whose transfers and files the page shows. */
  constructor(
    private readonly server: TftpServer,
    options: StatusPageOptions = {},
  ) {
    super();
    this.host = options.host ?? LOOPBACK;
    this.port = options.port ?? STATUS_PAGE_PORT;
    this.name = options.name ?? hostname();
    const site = new Site({
      source: server,
      records: this.records,
      // Asked each time: what is served can be replaced while the server runs.
      get storage() {
        return server.storage;
      },
      get catalogue() {
        return server.catalogue;
      },
      hosts: ownHosts(this.host, options.hostNames ?? []),
      page: fs.readFileSync(new URL("../status/status-page.html.gz", import.meta.url)),
      maxUploads: MAX_UPLOADS,
      describe: () => this.describe(),
      put: (name, address) => this.emit("put", { name, address }),
      removed: (name, address) => this.emit("removed", { name, address }),
    });
    this.http = httpServer(site, {
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      headTimeoutMs: options.headTimeoutMs ?? HEAD_TIMEOUT_MS_DEFAULT,
    });
    server.on("ended", this.ended);
    server.on("refused", this.refused);
  }

  /** Where the page is, for a browser on this machine; empty while it is not listening. */
  get url(): string {
    const address = this.http.address() as AddressInfo | null;
    if (address === null) {
      return "";
    }
    const host = isWildcard(this.host) ? "localhost" : this.host;
    return `http://${hostAndPort(host, address.port)}/`;
  }

  /**
   * Begins to listen.
   *
   * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken, EACCES without the right to it, EADDRNOTAVAIL when the
   * address is not this machine's.
   */
  async listen(): Promise<void> {
    this.http.listen({ host: this.host, port: this.port });
    await once(this.http, "listening");
  }

  /** Closes every connection; uploads that are under way leave nothing. */
  async close(): Promise<void> {
    this.server.off("ended", this.ended);
    this.server.off("refused", this.refused);
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.http.closeAllConnections();
    await closed;
  }

  /** Closes the page at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private readonly ended = (transfer: TransferView, { outcome, durationMs }: EndedTransfer): void =>
    this.records.ended(transfer, outcome, transfer.startedAt + durationMs);

  private readonly refused = ({ isUpload, errorCode }: RefusedRequest): void =>
    this.records.refused(isUpload, errorCode);

  private describe(): SiteDescription {
    const addresses = this.server.addresses.map(({ address, port }) => hostAndPort(address, port));
    return { name: this.name, addresses, startedAt: this.startedAt, askAgainMs: ASK_AGAIN_MS };
  }
}

/** As browsers write them: addresses in their one writing, and names, which may mean any address of this machine. */
function ownHosts(host: string, otherNames: readonly string[]): OwnHosts {
  const address = plainAddress(host);
  const isAddress = isIP(address) !== 0;
  const names = isAddress ? otherNames : [host, ...otherNames];
  return new OwnHosts(
    isAddress && !isWildcard(address) ? [address] : [],
    names.map((name) => name.toLowerCase()),
  );
}
