/** A page that serves files over HTTP, and a client. */
import http from "node:http";
import type { TestContext } from "node:test";
import { type HttpDownload, StatusPage, type TftpServer } from "lockstep-tftp";

const LOOPBACK = "127.0.0.1";

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function openPage(t: TestContext, server: TftpServer) {
  const page = new StatusPage(server, { port: 0, serveFiles: true });
  const downloads: HttpDownload[] = [];
  page.on("fetched", (download) => downloads.push(download));
  await page.listen();
  t.after(() => page.close());
  const port = Number(new URL(page.url).port);
  const ask = (target: string, headers: http.OutgoingHttpHeaders = {}, method = "GET"): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { host: LOOPBACK, port, path: target, headers, method, agent: false },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
          });
        },
      );
      request.on("error", reject);
      request.end();
    });
  return { page, port, ask, downloads };
}
