/**
 * Whether a request may have been made by a page of somebody else, in the browser of a person who can reach this server.
 */
import type { RequestHead } from "./request-head.js";

/** A header that a page of another origin cannot set without asking first, which is never granted (CORS). */
export const OWN_HEADER = "x-lockstep-tftp";

const LOCAL_NAME = "localhost";

/** Values of Sec-Fetch-Site that do not speak of another site: the page itself asks, or a person has typed the address. */
const OWN_SITES: readonly string[] = ["same-origin", "none"];

/** The addresses and names by which the server may be called. */
export class OwnHosts {
  /**
   * @param addresses on which the server listens; none stands for all of the machine.
   * @param names by which it may be called besides, in small letters.
   */
  constructor(
    private readonly addresses: readonly string[],
    private readonly names: readonly string[],
  ) {}

  /**
   * Whether the request was meant for this server. A page of somebody else's can make its own *name* mean this server's
   * address (DNS rebinding), and its requests then carry that name. An address cannot be made to mean another one, so where
   * the server listens on all addresses each is right.
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

/** The name or address in a Host header, without the port and in small letters; undefined where there is none. */
function nameOf(host: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1];
}

/** Whether a browser says that a page of another origin asks. Programs that are no browsers say nothing of the kind. */
export function isFromElsewhere(head: RequestHead): boolean {
  const origin = head.header("origin");
  const site = head.header("sec-fetch-site");
  const isOwnOrigin = origin === undefined || isOriginOf(origin, head.header("host") ?? "");
  return !isOwnOrigin || (site !== undefined && !OWN_SITES.includes(site));
}

/** With either scheme: a proxy in front of the server may speak HTTPS. */
function isOriginOf(origin: string, host: string): boolean {
  const lower = host.toLowerCase();
  return origin.toLowerCase() === `http://${lower}` || origin.toLowerCase() === `https://${lower}`;
}
