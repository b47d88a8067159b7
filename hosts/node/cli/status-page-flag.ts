/** Parses the flag `--status-page [ADDRESS:PORT]`. */
import { MAX_PORT } from "../../../src/index.js";
import type { StatusPageOptions } from "../status/status-page.js";

export const STATUS_PAGE_FLAG = "--status-page";
/** `127.0.0.1:8069`, `[::1]:8069`, `:8069` or `8069`. */
const PLACE = /^(?:(?:\[([\da-f:.]+(?:%\w+)?)\]|([^\s:/\\]*)):)?(\d{1,5})$/i;

/** Gives the flag an empty value if it has none: the argument parser of Node has no optional values. */
export function withStatusPageValue(args: readonly string[]): string[] {
  const at = args.indexOf(STATUS_PAGE_FLAG);
  if (at < 0) {
    return [...args];
  }
  const next = args[at + 1];
  const value = next !== undefined && PLACE.test(next) ? next : undefined;
  return [
    ...args.slice(0, at),
    `${STATUS_PAGE_FLAG}=${value ?? ""}`,
    ...args.slice(at + (value === undefined ? 1 : 2)),
  ];
}

/** Where to serve the page; undefined for an invalid place. */
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
