/**
 * The served files over HTTP, for clients that begin with TFTP and go on with HTTP (U-Boot's wget, iPXE, UEFI): GET and
 * HEAD, by the same storage and rules, for the same clients as over TFTP.
 */
import type http from "node:http";
import { BUSY, FORBIDDEN, isRefusal, NOT_FOUND, type ReadableFile, type Refusal } from "../../../src/index.js";
import { readableName } from "../../common/printable.js";
import type { Reason, ReasonCode } from "../../common/reasons.js";
import {
  STATUS_BAD_REQUEST,
  STATUS_FAILED,
  STATUS_FORBIDDEN,
  STATUS_METHOD_NOT_ALLOWED,
  STATUS_MISDIRECTED,
  STATUS_NOT_FOUND,
  STATUS_OK,
  STATUS_UNAVAILABLE,
} from "../../status/answer.js";
import { nameInPath } from "../../status/file-name.js";
import type { OwnHosts } from "../../status/origins.js";
import type { TftpServer } from "../server.js";
import { type ByteRange, requestedRange, UNSATISFIABLE } from "./byte-range.js";
import { sendRange } from "./file-body.js";
import { isSamePart, isUnchanged, type Validators, validatorsOf } from "./validators.js";

/** Files are under this path. */
const FILES_PREFIX = "/files/";
const STATUS_PARTIAL = 206;
const STATUS_NOT_MODIFIED = 304;
const STATUS_RANGE_NOT_SATISFIABLE = 416;
const STATUS_BAD_GATEWAY = 502;

/** A file that was asked for over HTTP, and what became of it. */
export interface HttpDownload {
  /** Name of the file; bytes that are not UTF-8 are written as `\xff`. */
  readonly name: string;
  /** The client's address. */
  readonly address: string;
  /** Status code of the answer (RFC 9110 §15). */
  readonly status: number;
  /** Bytes of the file that were sent. */
  readonly bytes: number;
  /** Whether all that was asked for was sent. */
  readonly isComplete: boolean;
  /** Reason why there was no file, for the owner of the server. */
  readonly reason?: Reason;
}

/** The path of a request, without its query. */
function pathOf({ url = "" }: http.IncomingMessage): string {
  return url.replace(/\?.*$/s, "");
}

/** Whether a request is for one of the served files. */
export function isForFile(request: http.IncomingMessage): boolean {
  return pathOf(request).startsWith(FILES_PREFIX);
}

export class FileExchange {
  /**
   * @param hosts names and addresses of this server: another site could make its own name lead here (DNS rebinding), and
   * read the files in a browser.
   * @param done receives each request for a file, when it is over.
   */
  constructor(
    private readonly server: TftpServer,
    private readonly hosts: OwnHosts,
    private readonly done: (download: HttpDownload) => void,
  ) {}

  /** Answers a request for a file (`isForFile`). */
  async answer(request: http.IncomingMessage, response: http.ServerResponse, address: string): Promise<void> {
    const path = pathOf(request);
    const name = nameInPath(path.slice(FILES_PREFIX.length));
    let sent: Sent = { bytes: 0 };
    try {
      const { host } = request.headers;
      if (host !== undefined && !this.hosts.includes(host)) {
        // Without a name it is HTTP/1.0, which no browser speaks.
        refuse(response, STATUS_MISDIRECTED, "This is not a name of this server. Open it by its address.");
      } else if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        refuse(response, STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed here.");
      } else if (name === undefined) {
        refuse(
          response,
          STATUS_BAD_REQUEST,
          "Not a name for files. Write it as /files/boot/vmlinuz, without .. and control characters.",
        );
      } else if (!this.server.allows(address)) {
        refuse(response, STATUS_FORBIDDEN, "This network is not served.");
      } else {
        sent = await this.send(name, address, request, response);
      }
      await ended(response);
    } finally {
      const isComplete = response.writableFinished;
      this.done({ name: readableName(name ?? path), address, status: response.statusCode, isComplete, ...sent });
    }
  }

  private async send(
    name: string,
    address: string,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<Sent> {
    const { file, reason, source } = await this.server.openForClient(name, address);
    if (isRefusal(file)) {
      refuseFile(response, file, reason);
      return reason === undefined ? { bytes: 0 } : { bytes: 0, reason };
    }
    try {
      const range = begin(file, validatorsOf(source), request, response);
      if (range !== undefined && request.method === "GET") {
        return { bytes: await sendRange(file, source, range, response) };
      }
      response.end();
      return { bytes: 0 };
    } finally {
      file.close();
    }
  }
}

/** The result of a download. */
type Sent = Pick<HttpDownload, "bytes" | "reason">;

/** Writes the head of the answer. Returns what follows it. */
function begin(
  { sizeBytes }: ReadableFile,
  validators: Validators,
  { headers }: http.IncomingMessage,
  response: http.ServerResponse,
): ByteRange | undefined {
  setCommonHeaders(response);
  response.setHeader("content-type", "application/octet-stream");
  if (validators.entityTag !== undefined) {
    response.setHeader("etag", validators.entityTag);
  }
  if (validators.lastModified !== undefined) {
    response.setHeader("last-modified", validators.lastModified);
  }
  if (isUnchanged(validators, headers["if-none-match"], headers["if-modified-since"])) {
    response.writeHead(STATUS_NOT_MODIFIED).end();
    return undefined;
  }
  if (sizeBytes < 0) {
    // It is known at the end only: sent in chunks, or until the connection closes (HTTP/1.0).
    response.writeHead(STATUS_OK);
    return { first: 0, last: Number.MAX_SAFE_INTEGER };
  }
  response.setHeader("accept-ranges", "bytes");
  const asked = isSamePart(validators, headers["if-range"] as string | undefined) ? headers.range : undefined;
  const range = requestedRange(asked, sizeBytes);
  if (range === UNSATISFIABLE) {
    response.setHeader("content-range", `bytes */${sizeBytes}`);
    refuse(response, STATUS_RANGE_NOT_SATISFIABLE, `The file has ${sizeBytes} bytes.`);
    return undefined;
  }
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  response.setHeader("content-length", last - first + 1);
  if (range !== undefined) {
    response.setHeader("content-range", `bytes ${first}-${last}/${sizeBytes}`);
  }
  response.writeHead(range === undefined ? STATUS_OK : STATUS_PARTIAL);
  return { first, last };
}

function ended(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.writableFinished || response.destroyed) {
      resolve();
    } else {
      response.once("close", resolve);
      response.once("finish", resolve);
    }
  });
}

function setCommonHeaders(response: http.ServerResponse): void {
  // A browser must not take a served file for a page of this server, nor give it to a page of another one.
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("cache-control", "no-cache");
}

function refuseFile(response: http.ServerResponse, refusal: Refusal, reason: Reason | undefined): void {
  switch (refusal) {
    case NOT_FOUND:
      refuse(response, STATUS_NOT_FOUND, "No such file.");
      break;
    case FORBIDDEN:
      refuse(response, STATUS_FORBIDDEN, "Access refused: rules or permissions of the server do not allow it.");
      break;
    case BUSY:
      response.setHeader("retry-after", 1);
      refuse(response, STATUS_UNAVAILABLE, "The file is not ready yet. Ask again.");
      break;
    default:
      refuseFailed(response, reason?.code);
  }
}

function refuseFailed(response: http.ServerResponse, code: ReasonCode | undefined): void {
  if (code === "upstream_failed" || code === "upstream_unreachable") {
    refuse(response, STATUS_BAD_GATEWAY, "The server could not fetch the file. See its log.");
  } else {
    refuse(response, STATUS_FAILED, "The server failed. See its log.");
  }
}

function refuse(response: http.ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.writeHead(status).end(body);
}
