/** The status page of a server under Node. */
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import type http from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { hostname } from "node:os";
import type { TransferView } from "../../../src/index.js";
import { readableName } from "../../common/printable.js";
import type { AddressSource } from "../../status/address-source.js";
import { OwnHosts } from "../../status/origins.js";
import { TransferRecords } from "../../status/records.js";
import { Site } from "../../status/site.js";
import type { SiteDescription } from "../../status/status-report.js";
import { now } from "../clock.js";
import { FileExchange, type HttpDownload } from "../http/file-exchange.js";
import { HttpCounts } from "../http/http-counts.js";
import type { TftpServer } from "../server.js";
import type { EndedTransfer, RefusedRequest } from "../server-options.js";
import { hostAndPort, isWildcard, LOOPBACK, plainAddress, STATUS_PAGE_PORT } from "../udp/addresses.js";
import { createHttpServer, FILE_LIMITS } from "./http-server.js";
import { ownMetrics } from "./own-metrics.js";

const DEFAULT_MAX_CONNECTIONS = 64;
const HEAD_TIMEOUT_MS_DEFAULT = 10_000;
const MAX_UPLOADS = 8;
const ASK_AGAIN_MS = 1000;

/** Options of a {@link StatusPage}. */
export interface StatusPageOptions {
  /** Address to listen on. Default 127.0.0.1: only this machine sees the page. `0.0.0.0` or `::` is every address. */
  host?: string;
  /** Port to listen on. Default {@link STATUS_PAGE_PORT}, 8069. 0 takes any free port. */
  port?: number;
  /**
   * Names by which browsers may open the page, besides its address and `localhost`, as `tftp.example.net`. Other names are
   * refused, because another site could make its name resolve to this server (DNS rebinding). Default: none.
   */
  hostNames?: readonly string[];
  /** Title of the page, and a label of the metrics. Default: the machine's name. */
  name?: string;
  /**
   * Whether users of the page may upload, see and remove files whatever the server's rules say. Default: they may do what a
   * TFTP client at their address may.
   */
  ignoreRules?: boolean;
  /**
   * Serves the files at `/files/NAME`, for devices that begin with TFTP and go on with HTTP: GET and HEAD, by the rules and for
   * the networks of the server. Default false.
   */
  serveFiles?: boolean;
  /** What is shown of a DHCP server: a `BootWatch` of `lockstep-tftp/node/dhcp-server`. Default: nothing. */
  dhcp?: AddressSource;
  /** Connections at once, 1 or more; further ones are closed. Default 64. */
  maxConnections?: number;
  /** Time for the head of a request, in milliseconds, 1 or more. Default 10,000. */
  headTimeoutMs?: number;
}

/** A file that a user of the page has uploaded or removed. */
export interface ChangedFile {
  /** Name of the file, as TFTP clients ask for it. Bytes that are not UTF-8 are written as `\xff`. */
  readonly name: string;
  /** Address of the user. */
  readonly address: string;
}

/** Events of a {@link StatusPage}. */
export interface StatusPageEvents {
  /** A user of the page has uploaded a file. */
  put: [file: ChangedFile];
  /** A user of the page has removed a file. */
  removed: [file: ChangedFile];
  /** A file was asked for at `/files/`, and the answer is over. */
  fetched: [download: HttpDownload];
}

/**
 * A page for browsers that shows what a server serves and does.
 *
 * ```js
 * const page = new StatusPage(server);
 * await page.listen();
 * console.log(page.url);
 * ```
 *
 * Its users may do what TFTP clients may: upload files and, if files may be replaced, remove them. Rules hold for them, too. It counts from its
 * construction on.
 */
export class StatusPage extends EventEmitter<StatusPageEvents> {
  private readonly records = new TransferRecords();
  private readonly http: http.Server;
  private readonly host: string;
  private readonly port: number;
  private readonly name: string;
  private readonly startedAt = now();

  /** @param server the server to show. */
  constructor(
    private readonly server: TftpServer,
    options: StatusPageOptions = {},
  ) {
    super();
    this.host = options.host ?? LOOPBACK;
    this.port = options.port ?? STATUS_PAGE_PORT;
    this.name = options.name ?? hostname();
    const hosts = ownHosts(this.host, options.hostNames ?? []);
    const counts = options.serveFiles ? new HttpCounts() : undefined;
    const site = new Site({
      source: server,
      records: this.records,
      // Getters, because reconfigure replaces them.
      get storage() {
        return server.storage;
      },
      get catalogue() {
        return server.catalogue;
      },
      get rights() {
        return options.ignoreRules === true ? undefined : server.rules;
      },
      hosts,
      page: fs.readFileSync(new URL("../status/status-page.html.gz", import.meta.url)),
      fileLimits: FILE_LIMITS,
      maxUploads: MAX_UPLOADS,
      describe: () => {
        const [dhcp, rules] = [options.dhcp, server.rules?.uses];
        return { ...this.describe(), dhcp, rules, metrics: ownMetrics(dhcp, rules, counts) };
      },
      isListening: () => server.addresses.length > 0,
      put: (name, address) => this.emit("put", { name: readableName(name), address }),
      removed: (name, address) => this.emit("removed", { name: readableName(name), address }),
    });
    const limits = {
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      headTimeoutMs: options.headTimeoutMs ?? HEAD_TIMEOUT_MS_DEFAULT,
    };
    const files = counts && new FileExchange(server, hosts, (download) => this.fetched(download, counts));
    this.http = createHttpServer(site, limits, files);
    server.on("ended", this.onEnded);
    server.on("refused", this.onRefused);
  }

  /** URL of the page, for a browser on this machine; empty while it is not listening. */
  get url(): string {
    const address = this.http.address() as AddressInfo | null;
    if (address === null) {
      return "";
    }
    const host = isWildcard(this.host) ? "localhost" : this.host;
    return `http://${hostAndPort(host, address.port)}/`;
  }

  /**
   * Starts to listen.
   *
   * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken, EACCES without permission for it, EADDRNOTAVAIL when the
   * address is not this machine's.
   */
  async listen(): Promise<void> {
    this.http.listen({ host: this.host, port: this.port });
    await once(this.http, "listening");
  }

  /** Closes every connection; running uploads are discarded. */
  async close(): Promise<void> {
    this.server.off("ended", this.onEnded);
    this.server.off("refused", this.onRefused);
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.http.closeAllConnections();
    await closed;
  }

  /** Closes the page at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private readonly onEnded = (transfer: TransferView, { outcome, durationMs }: EndedTransfer): void =>
    this.records.ended(transfer, outcome, transfer.startedAt + durationMs);

  private readonly onRefused = ({ name, isUpload, errorCode, address, reason }: RefusedRequest): void =>
    this.records.refused(name, isUpload, errorCode, address, now(), reason);

  private fetched(download: HttpDownload, counts: HttpCounts): void {
    counts.add(download);
    this.emit("fetched", download);
  }

  private describe(): SiteDescription {
    const addresses = this.server.addresses.map(({ address, port }) => hostAndPort(address, port));
    return { name: this.name, addresses, startedAt: this.startedAt, askAgainMs: ASK_AGAIN_MS };
  }
}

/** Addresses and names as browsers write them: addresses in canonical form, names in lower case. */
function ownHosts(host: string, otherNames: readonly string[]): OwnHosts {
  const address = plainAddress(host);
  const isAddress = isIP(address) !== 0;
  const names = isAddress ? otherNames : [host, ...otherNames];
  return new OwnHosts(
    isAddress && !isWildcard(address) ? [address] : [],
    names.map((name) => name.toLowerCase()),
  );
}
