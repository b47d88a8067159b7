/** Opens a status page, and sends requests to it that no browser would send. */
import http from "node:http";
import { connect } from "node:net";

export interface SiteOptions {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Default "never". */
  readonly write?: "never" | "new" | "overwrite";
  readonly maxSizeBytes?: number;
  /** Title of the page. */
  readonly name?: string;
  readonly maxConnections?: number;
  readonly headTimeoutMs?: number;
}

/** A page on loopback, over a server with its own files. */
export interface OpenSite extends AsyncDisposable {
  readonly port: number;
  /** Content of a file; undefined if it does not exist. */
  contents(name: string): Buffer | undefined;
  /** Temporary files of uploads. */
  litter(): string[];
}

export type SiteOpener = (options: SiteOptions) => Promise<OpenSite>;

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Header that the page sends with every change. */
export const OWN_HEADER = { "x-lockstep-tftp": "1" };

export function ask(site: OpenSite, path: string, options: RequestOptions = {}): Promise<Reply> {
  const { method = "GET", headers = {}, body } = options;
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

export async function askJson<Data>(site: OpenSite, path: string, options: RequestOptions = {}): Promise<Data> {
  const { body } = await ask(site, path, options);
  return JSON.parse(body.toString()) as Data;
}

export function put(
  site: OpenSite,
  name: string,
  body: Uint8Array,
  headers: RequestOptions["headers"] = {},
): Promise<Reply> {
  const path = name.split("/").map(encodeURIComponent).join("/");
  return ask(site, `/api/files/${path}`, { method: "PUT", headers: { ...OWN_HEADER, ...headers }, body });
}

export function remove(site: OpenSite, name: string, headers: RequestOptions["headers"] = OWN_HEADER): Promise<Reply> {
  return ask(site, `/api/files/${encodeURIComponent(name)}`, { method: "DELETE", headers });
}

/** Sends raw bytes, and returns the answer until the server closes the connection, or `isEnough` is true. */
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
    // The server closed the connection while it was sending.
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}
