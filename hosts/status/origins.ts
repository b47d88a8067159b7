/** Detects requests that a page of another site makes in the browser of a person who can reach this server. */
import type { RequestHead } from "./request-head.js";

const LOCAL_NAME = "localhost";

/** Values of Sec-Fetch-Site of this site: the page itself asks, or a person has typed the address. */
const OWN_SITES: readonly string[] = Object.freeze(["same-origin", "none"]);

/** Addresses and names of the server. */
export class OwnHosts {
  /**
   * @param addresses that the server listens on; an empty list means every address of the machine.
   * @param names further names of the server, in lower case.
   */
  constructor(
    private readonly addresses: readonly string[],
    private readonly names: readonly string[],
  ) {}

  /**
   * Whether a request was meant for this server. Another site can make its own *name* resolve to this server's address
   * (DNS rebinding), and its requests then carry that name. Addresses cannot be redirected in this way, so a server that
   * listens on every address accepts every address.
   */
  includes(host: string | undefined): boolean {
    const name = nameOf(host ?? "");
    if (name === undefined) {
      return false;
    }
    if (name === LOCAL_NAME || this.names.includes(name)) {
      return true;
    }
    const isIPv6 = name.startsWith("[");
    const address = isIPv6 ? name.slice(1, -1) : name;
    const isAddress = isIPv6 || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
    return isAddress && (this.addresses.length === 0 || this.addresses.includes(address));
  }
}

/** The name or address in a Host header, in lower case and without the port; undefined if the header is invalid. */
function nameOf(host: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1];
}

/** Whether a browser says that the page of another origin asks. Other programs send none of these headers. */
export function isCrossOrigin(head: RequestHead): boolean {
  const origin = head.header("origin");
  const site = head.header("sec-fetch-site");
  const isOwnOrigin = origin === undefined || isOriginOf(origin, head.header("host") ?? "");
  return !isOwnOrigin || (site !== undefined && !OWN_SITES.includes(site));
}

/** Accepts either scheme: a proxy in front of the server may speak HTTPS. */
function isOriginOf(origin: string, host: string): boolean {
  const lower = host.toLowerCase();
  return origin.toLowerCase() === `http://${lower}` || origin.toLowerCase() === `https://${lower}`;
}
