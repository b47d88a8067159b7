/**
 * An HTTP server for tests of upstreams, which does what a test wants. It listens on a port of loopback where nothing answers
 * when it has stopped.
 */
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { TestContext } from "node:test";
import type { TftpServer, TftpServerOptions, UpstreamOptions } from "lockstep-tftp";
import { freeTcpPort } from "../../../support/free-port.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

export class Origin {
  /** Method, target and chosen headers of the requests so far. */
  readonly requests: IncomingMessage[] = [];
  /** Answers the next requests. */
  respond: Respond = (_, response) => void response.writeHead(404).end();
  private readonly server = http.createServer((request, response) => {
    this.requests.push(request);
    this.respond(request, response);
  });

  static async start(t: Pick<TestContext, "after">): Promise<Origin> {
    const origin = new Origin();
    await origin.listen(await freeTcpPort());
    t.after(() => origin.stop());
    return origin;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get targets(): (string | undefined)[] {
    return this.requests.map(({ url }) => url);
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
  }

  async stop(): Promise<void> {
    if (this.server.listening) {
      this.server.closeAllConnections();
      this.server.close();
      await once(this.server, "close");
    }
  }
}

type Headers = Readonly<{ etag?: string; "last-modified"?: string }>;

/** Answers with a file, and with 304 to who has it. */
export function withFile(content: Uint8Array, headers: Headers = {}): Respond {
  return (request, response) => {
    const isKnown = headers.etag !== undefined && request.headers["if-none-match"] === headers.etag;
    response.writeHead(isKnown ? 304 : 200, { ...headers, ...(isKnown ? {} : { "content-length": content.length }) });
    response.end(isKnown ? undefined : content);
  };
}

/** Answers an upload when its body is there. */
export function withStatus(status: number, headers: Readonly<Record<string, string>> = {}): Respond {
  return (request, response) => request.resume().once("end", () => void response.writeHead(status, headers).end("no"));
}

export interface UpstreamPlace {
  readonly server: TftpServer;
  readonly port: number;
  readonly root: string;
  readonly cache: string;
  readonly warnings: string[];
  readonly reasons: { code: string; text: string }[];
  readonly errors: Error[];
}

/** A server with an empty folder and this upstream. */
export async function servingFrom(
  t: Pick<TestContext, "after">,
  upstream: UpstreamOptions,
  options: Partial<TftpServerOptions> = {},
): Promise<UpstreamPlace> {
  const root = temporaryFolder(t);
  const cache = upstream.cache ?? path.join(temporaryFolder(t), "cache");
  const { server, port } = await serving(t, { root, upstream: { cache, ...upstream }, ...options });
  const place: UpstreamPlace = { server, port, root, cache, warnings: [], reasons: [], errors: [] };
  server.on("warning", (text) => place.warnings.push(text));
  server.on("refused", ({ reason }) => place.reasons.push(reason));
  server.on("error", (error) => place.errors.push(error));
  return place;
}
