/** A status page somewhere, and a way to ask it as no browser would. */
import http from "node:http";
import { connect } from "node:net";

export interface SiteOptions {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Which uploads are allowed. Default "never". */
  readonly uploads?: "never" | "new" | "overwrite";
  readonly maxSizeBytes?: number;
  /** What the page is called. */
  readonly name?: string;
  readonly maxConnections?: number;
  readonly headTimeoutMs?: number;
}

/** One that listens on loopback, over a server with files of its own. */
export interface OpenSite extends AsyncDisposable {
  readonly port: number;
  /** What a file holds now, or undefined when there is none. */
  contents(name: string): Buffer | undefined;
  /** Temporary files of uploads. */
  litter(): string[];
}

export type SiteOpener = (options: SiteOptions) => Promise<OpenSite>;

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a page of the site's own sends with whatever changes something. */
export const OWN_HEADER = { "x-lockstep-tftp": "1" };

export function ask(site: OpenSite, path: string, question: Question = {}): Promise<Reply> {
  const { method = "GET", headers = {}, body } = question;
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: site.port, path, method, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

export async function askJson<Data>(site: OpenSite, path: string, question: Question = {}): Promise<Data> {
  const { body } = await ask(site, path, question);
  return JSON.parse(body.toString()) as Data;
}

export function put(site: OpenSite, name: string, body: Uint8Array, headers: Question["headers"] = {}): Promise<Reply> {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return ask(site, `/api/files/${path}`, { method: "PUT", headers: { ...OWN_HEADER, ...headers }, body });
}

export function remove(site: OpenSite, name: string, headers: Question["headers"] = OWN_HEADER): Promise<Reply> {
  return ask(site, `/api/files/${encodeURIComponent(name)}`, { method: "DELETE", headers });
}

/** Sends bytes as they are, and gives all that comes back until the other end closes, or the caller has enough. */
export function talk(site: OpenSite, bytes: string | Uint8Array, isEnough = (_text: string) => false): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(site.port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("latin1");
    socket.on("data", (part) => {
      text += part;
      if (isEnough(text)) {
        socket.destroy();
      }
    });
    // Cut off while it was still sending: what has come so far is what there is.
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}
