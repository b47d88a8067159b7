/** Serves the site of the status page by Node's HTTP server, with limits on everything a client can make grow or wait. */
import http from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import { type Answer, errorAnswer, STATUS_FAILED, STATUS_TIMEOUT } from "../../status/answer.js";
import type { FileQuery } from "../../status/file-query.js";
import type { RequestHead } from "../../status/request-head.js";
import type { Decision, Site } from "../../status/site.js";
import { PROGRESS_CHECK_MS, type Upload } from "../../status/upload.js";
import { type FileExchange, isForFile } from "../http/file-exchange.js";

/** A browser sends some 1,000 bytes, plus the cookies of other servers at the same address. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Checks for incomplete heads and idle connections per time limit of a head. */
const HEAD_CHECKS_PER_TIMEOUT = 4;
/** A connection is kept for the next request of the page. */
const KEEP_ALIVE_MS = 5000;
/** After this long without traffic the client is gone, or does not read. */
const IDLE_TIMEOUT_MS = 30_000;
/** Bytes of a refused body that are read: a connection closed at once would lose the answer. */
const MAX_UNWANTED_BYTES = 1024 * 1024;
const UNWANTED_MS = 10_000;
/** Requests of one connection that may wait for their turn. */
const MAX_WAITING = 16;

/** A page of the list is no larger than a browser shows at once; a folder as storage looks at 20,000 entries, too. */
export const FILE_LIMITS = { maxFiles: 1000, maxCharacters: 250_000, maxVisited: 20_000 };
/** Files that are held against rules without a pause. */
const FILES_AT_A_TIME = 16;

export interface HttpLimits {
  readonly maxConnections: number;
  readonly headTimeoutMs: number;
}

/** Creates the server; it does not listen yet. */
export function createHttpServer(site: Site, limits: HttpLimits, files: FileExchange | undefined): http.Server {
  const exchanges = new Exchanges(site, files);
  const server = http.createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: limits.headTimeoutMs,
    // No limit for whole requests: uploads take long, and have their own limit.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.ceil(limits.headTimeoutMs / HEAD_CHECKS_PER_TIMEOUT),
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxConnections = limits.maxConnections;
  // Node would drop what is beyond a limit. The site refuses too many, and the size of the head limits them before that.
  server.maxHeadersCount = 0;
  server.timeout = IDLE_TIMEOUT_MS;
  server.on("request", (request, response) => exchanges.arrived(request, response, false));
  server.on("checkContinue", (request, response) => exchanges.arrived(request, response, true));
  return server;
}

/** Files that a catalogue has shown. */
interface Walk {
  readonly files: ListedFile[];
  readonly isComplete: boolean;
}

type ListDecision = Decision & { kind: "list" };

class Exchanges {
  /** The walks in progress, each shared by all requests for the same folder that arrive meanwhile. */
  private readonly walks = new Map<string, Promise<Walk>>();
  /** Requests of a connection that wait for the answer before theirs. */
  private readonly waiting = new WeakMap<Socket, (() => void)[]>();

  constructor(
    private readonly site: Site,
    private readonly files: FileExchange | undefined,
  ) {}

  /**
   * Takes the requests of a connection one after the other: Node hands over a pipelined one before the body of the one
   * before has been read.
   *
   * @param expectsContinue whether the client waits before it sends the body (RFC 9110 §10.1.1).
   */
  arrived(request: http.IncomingMessage, response: http.ServerResponse, expectsContinue: boolean): void {
    const { socket } = request;
    const waiting = this.waiting.get(socket);
    const begin = (): void => {
      response.once("close", () => this.next(socket));
      this.handle(request, response, expectsContinue);
    };
    if (waiting === undefined) {
      this.waiting.set(socket, []);
      begin();
    } else if (waiting.push(begin) > MAX_WAITING) {
      socket.destroy();
    }
  }

  private next(socket: Socket): void {
    const begin = socket.destroyed || socket.writableEnded ? undefined : this.waiting.get(socket)?.shift();
    if (begin === undefined) {
      this.waiting.delete(socket);
    } else {
      begin();
    }
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse, expectsContinue: boolean): void {
    if (this.files !== undefined && isForFile(request)) {
      refuseBody(request, response, expectsContinue);
      this.files.answer(request, response, addressOf(request)).catch((error: Error) => {
        process.emitWarning(error);
        response.destroy();
      });
      return;
    }
    const decision = this.decide(request);
    switch (decision.kind) {
      case "answer":
        refuseBody(request, response, expectsContinue);
        send(response, decision.answer);
        break;
      case "list":
        refuseBody(request, response, expectsContinue);
        void this.list(decision).then((answer) => send(response, answer));
        break;
      case "upload":
        if (expectsContinue) {
          response.writeContinue();
        }
        receiveBody(request, response, decision.upload);
    }
  }

  private decide(request: http.IncomingMessage): Decision {
    try {
      return this.site.decide(headOf(request));
    } catch (error) {
      return { kind: "answer", answer: failureAnswer(error) };
    }
  }

  private async list({ catalogue, page, address }: ListDecision): Promise<Answer> {
    try {
      const { files, isComplete } = await this.walk(catalogue, page.query);
      for (const [index, file] of files.entries()) {
        if (index % FILES_AT_A_TIME === 0) {
          // Many rules take a while, in which others are served.
          await setImmediate();
        }
        const shown = this.site.shown(file, address);
        if (shown !== undefined) {
          page.add(shown);
        }
      }
      return page.answer(isComplete);
    } catch (error) {
      return failureAnswer(error);
    }
  }

  private walk(catalogue: Catalogue, { folder, isDeep }: FileQuery): Promise<Walk> {
    const key = `${isDeep} ${folder}`;
    const running = this.walks.get(key);
    if (running !== undefined) {
      return running;
    }
    const walk = walked(catalogue, folder, isDeep).finally(() => this.walks.delete(key));
    this.walks.set(key, walk);
    return walk;
  }
}

async function walked(catalogue: Catalogue, folder: string, isDeep: boolean): Promise<Walk> {
  const files: ListedFile[] = [];
  // Copies, without what else the objects of a custom catalogue have.
  const visit = ({ name, sizeBytes, isRemovable, modifiedAt }: ListedFile): boolean =>
    files.push({ name, sizeBytes, isRemovable, modifiedAt }) < FILE_LIMITS.maxVisited;
  const result = await catalogue.listFiles(visit, folder, isDeep);
  return { files, isComplete: result !== false && files.length < FILE_LIMITS.maxVisited };
}

/** Where a server listens on all of IPv6, clients of IPv4 have addresses in this form (RFC 4291 §2.5.5.2). */
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;

function addressOf({ socket }: http.IncomingMessage): string {
  return (socket.remoteAddress ?? "").replace(MAPPED_IPV4, "");
}

/** Presents HEAD as GET: Node leaves out the body of the answer. */
function headOf(request: http.IncomingMessage): RequestHead {
  const { method = "", url = "", rawHeaders, headersDistinct } = request;
  return {
    method: method === "HEAD" ? "GET" : method,
    target: url,
    address: addressOf(request),
    // Names and values take turns.
    headerCount: rawHeaders.length / 2,
    // Of two headers with one name, `headers` would drop one.
    header: (name) => headersDistinct[name]?.join(", "),
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

/** Answer to an error of the storage. Its message goes to the log only, because it may contain a path. */
function failureAnswer(error: unknown): Answer {
  process.emitWarning(error as Error);
  return errorAnswer(STATUS_FAILED, "The server failed. See its log.");
}

/** Discards a body, up to a limit of bytes and time. */
function refuseBody(request: http.IncomingMessage, response: http.ServerResponse, expectsContinue: boolean): void {
  if (expectsContinue) {
    // The client may or may not send the body, so the next bytes on this connection are ambiguous.
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

/** Writes the body to the upload, which ends with the request in any case. */
function receiveBody(request: http.IncomingMessage, response: http.ServerResponse, upload: Upload): void {
  const tooSlow = (): void => {
    clearInterval(timer);
    upload.abort();
    send(response, errorAnswer(STATUS_TIMEOUT, `"${upload.name}" took too long and was not saved. Send it again.`));
    request.socket.destroySoon();
  };
  const timer = setInterval(() => {
    if (!upload.keepsUp()) {
      tooSlow();
    }
  }, PROGRESS_CHECK_MS);
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
    clearInterval(timer);
    upload.abort();
  });
}
