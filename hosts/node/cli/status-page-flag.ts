/** The flag `--status-page [ADDRESS:PORT]`, and the page as `serve` starts it. */
import { MAX_PORT } from "../../../src/index.js";
import type { TftpServer } from "../server.js";
import type { ChangedFile, StatusPage, StatusPageOptions } from "../status/status-page.js";
import { STATUS_PAGE_PORT } from "../udp/addresses.js";
import { printable } from "../words.js";
import type { Log } from "./log.js";

const FLAG = "--status-page";
/** `127.0.0.1:8069`, `[::1]:8069`, `:8069` or `8069`. */
const PLACE = /^(?:(?:\[([\da-f:.]+(?:%\w+)?)\]|([^\s:/\\]*)):)?(\d{1,5})$/i;

/** Words in which the flag always has a value, empty where none was given: Node's parser knows no optional ones. */
export function withStatusPageValue(words: readonly string[]): string[] {
  const at = words.indexOf(FLAG);
  if (at < 0) {
    return [...words];
  }
  const next = words[at + 1];
  const value = next !== undefined && PLACE.test(next) ? next : undefined;
  return [...words.slice(0, at), `${FLAG}=${value ?? ""}`, ...words.slice(at + (value === undefined ? 1 : 2))];
}

/** Where the page is to be; undefined for a text that is no place. */
export function statusPagePlace(text: string): StatusPageOptions | undefined {
  if (text === "") {
    return {};
  }
  const [, ipv6, host, digits] = PLACE.exec(text) ?? [];
  const port = Number(digits);
  if (!(port <= MAX_PORT)) {
    return undefined;
  }
  const address = ipv6 ?? host ?? "";
  return address === "" ? { port } : { host: address, port };
}

/** Starts the page, and says where it is and what people do on it. */
export async function serveStatusPage(server: TftpServer, options: StatusPageOptions, log: Log): Promise<StatusPage> {
  // Loaded by those only who want it: HTTP is large.
  const { StatusPage } = await import("../status/status-page.js");
  const page = new StatusPage(server, options);
  const say = (event: string, text: string, { name, address }: ChangedFile): void => {
    const file = printable(name);
    log.say("info", event, `${address} ${text} "${file}" on the status page`, { file, address });
  };
  page.on("put", (file) => say("page-put", "puts", file));
  page.on("removed", (file) => say("page-removed", "removes", file));
  await page.listen();
  log.say("info", "status-page", `Status page at ${page.url}`, { url: page.url });
  return page;
}

/** Why the page does not start: one line that says what to do. */
export function statusPageFailure(error: NodeJS.ErrnoException, { host, port }: StatusPageOptions): string {
  const place = `port ${port ?? STATUS_PAGE_PORT} of ${host ?? "this machine"}`;
  switch (error.code) {
    case "EADDRINUSE":
      return `the status page cannot have ${place}, which is taken; choose another with ${FLAG} ADDRESS:PORT`;
    case "EACCES":
      return `the status page has no right to ${place}; choose one above 1023 with ${FLAG} ADDRESS:PORT`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the status page cannot be at ${host}, which is no address of this machine; choose one with ${FLAG} ADDRESS:PORT`;
    default:
      return `the status page does not start: ${error.message}`;
  }
}
