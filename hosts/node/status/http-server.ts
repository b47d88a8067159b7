/** HTTP for the status page's site, by Node's own server, with limits on all that somebody could let grow or wait. */
import http from "node:http";
import type { Catalogue } from "../../common/catalogue.js";
import { type Answer, errorAnswer, STATUS_FAILED, STATUS_TIMEOUT } from "../../status/answer.js";
import { FileList } from "../../status/file-list.js";
import type { RequestHead } from "../../status/request-head.js";
import type { Decision, Site } from "../../status/site.js";
import type { Upload } from "../../status/upload.js";
import { MAX_TIMER_MS } from "../clock.js";

/** A browser sends some 1,000 bytes, and cookies of other servers of the same address. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_HEADERS = 64;
/** A head that does not end, and a connection that brings none, are closed after this time; looked at so often. */
const HEAD_CHECK_INTERVALS = 4;
/** A connection is kept for the page's next question. */
const KEEP_ALIVE_MS = 5000;
/** Nothing goes in either direction for so long: the other end is gone, or does not read. */
const SILENCE_MS = 30_000;
/** So much of a body is read after it was refused. Cutting it off at once would keep the answer from being read. */
const MAX_UNWANTED_BYTES = 1024 * 1024;
const UNWANTED_MS = 10_000;

/** More files than a person looks through, and less than what makes a page slow. */
const LISTING = { maxFiles: 1000, maxCharacters: 250_000 };

export interface HttpLimits {
  readonly maxConnections: number;
  readonly headTimeoutMs: number;
}

/** The server, not listening yet. */
export function httpServer(site: Site, limits: HttpLimits): http.Server {
  const exchanges = new Exchanges(site);
  const server = http.createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: limits.headTimeoutMs,
    // A whole request may take long where it is an upload, which has a time limit of its own.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.ceil(limits.headTimeoutMs / HEAD_CHECK_INTERVALS),
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = MAX_HEADERS;
  server.timeout = SILENCE_MS;
  server.on("request", (request, response) => exchanges.handle(request, response, false));
  server.on("checkContinue", (request, response) => exchanges.handle(request, response, true));
  return server;
}

class Exchanges {
  /** A list that is being made serves everybody who asks meanwhile. */
  private listing: Promise<Answer> | undefined;

  constructor(private readonly site: Site) {}

  /**
   * @param asksFirst the client waits before it sends the body (RFC 9110 §10.1.1).
   */
  handle(request: http.IncomingMessage, response: http.ServerResponse, asksFirst: boolean): void {
    const decision = this.decide(request);
    switch (decision.kind) {
      case "answer":
        refuseBody(request, response, asksFirst);
        send(response, decision.answer);
        break;
      case "list":
        refuseBody(request, response, asksFirst);
        this.listing ??= this.list(decision.catalogue);
        void this.listing.then((answer) => send(response, answer));
        break;
      case "upload":
        if (asksFirst) {
          response.writeContinue();
        }
        receive(request, response, decision.upload);
    }
  }

  private decide(request: http.IncomingMessage): Decision {
    try {
      return this.site.decide(headOf(request));
    } catch (error) {
      return { kind: "answer", answer: failure(error) };
    }
  }

  private async list(catalogue: Catalogue): Promise<Answer> {
    const list = new FileList(LISTING);
    try {
      await list.fill(catalogue);
      return this.site.filesAnswer(list.sorted, list.isComplete);
    } catch (error) {
      return failure(error);
    } finally {
      this.listing = undefined;
    }
  }
}

/** Node sends no body in an answer to HEAD, and is otherwise told what GET is. */
function headOf(request: http.IncomingMessage): RequestHead {
  const { method = "", url = "", headers } = request;
  return {
    method: method === "HEAD" ? "GET" : method,
    target: url,
    address: request.socket.remoteAddress ?? "",
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
  };
}

function send(response: http.ServerResponse, answer: Answer): void {
  if (response.headersSent) {
    return;
  }
  const body = Buffer.from(answer.body);
  for (const [name, value] of answer.headers) {
    response.setHeader(name, value);
  }
  response.setHeader("content-length", body.length);
  response.writeHead(answer.status);
  response.end(body);
}

/** Something of the storage threw. What it says is its own, and may be a path. */
function failure(error: unknown): Answer {
  process.emitWarning(error as Error);
  return errorAnswer(STATUS_FAILED, "The server could not do this. Look at its log.");
}

/** Reads a bounded part of a body that nobody wants. */
function refuseBody(request: http.IncomingMessage, response: http.ServerResponse, asksFirst: boolean): void {
  if (asksFirst) {
    // The body may come or not: what comes next on this connection would be anybody's guess.
    response.setHeader("connection", "close");
  }
  let bytes = 0;
  const cutOff = (): void => void request.socket.destroy();
  const timer = setTimeout(cutOff, UNWANTED_MS);
  request.on("data", (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_UNWANTED_BYTES) {
      cutOff();
    }
  });
  request.on("close", () => clearTimeout(timer));
}

/** Hands the body to the upload. However it ends, the upload ends with it. */
function receive(request: http.IncomingMessage, response: http.ServerResponse, upload: Upload): void {
  const tooSlow = (): void => {
    upload.abort();
    send(response, errorAnswer(STATUS_TIMEOUT, `"${upload.name}" took too long and is not there. Send it again.`));
    request.socket.destroySoon();
  };
  const timer = setTimeout(tooSlow, Math.min(upload.patienceMs, MAX_TIMER_MS));
  request.on("data", (part: Buffer) => {
    const refusal = upload.write(part);
    if (refusal !== undefined) {
      refuseBody(request, response, false);
      send(response, refusal);
    }
  });
  request.on("end", () => send(response, upload.finish()));
  request.on("error", () => {});
  request.on("close", () => {
    clearTimeout(timer);
    upload.abort();
  });
}
