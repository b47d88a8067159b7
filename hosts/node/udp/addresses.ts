/**
 * Network addresses as texts.
 */
import { isIP } from "node:net";
import { TFTP_PORT } from "../../../src/index.js";

/** Where the status page is unless another address is given. */
export const LOOPBACK = "127.0.0.1";
/** Resembles TFTP's own port, and is free on most machines. */
export const STATUS_PAGE_PORT = 8069;

/** All addresses of this machine, of one kind each. */
export const ALL_IPV4 = "0.0.0.0";
export const ALL_IPV6 = "::";

export function isWildcard(address: string): boolean {
  return address === ALL_IPV4 || address === ALL_IPV6;
}

export function wildcardOf(address: string): string {
  return address.includes(":") ? ALL_IPV6 : ALL_IPV4;
}

/** A link-local address ends with `%` and its interface (RFC 4007 §11), which not every function accepts. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

/** The interface of a link-local address; otherwise empty. */
export function zoneOf(address: string): string {
  return address.slice(withoutZone(address).length);
}

export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** `10.0.0.1:69` or `[fe80::1]:69`. */
export function hostAndPort(address: string | number, port: number): string {
  return `${bracketed(String(address))}:${port}`;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** The URL of a server, to which the name of a file is appended (RFC 3617). */
export function tftpUrl(address: string, port: number): string {
  // Within a URL the percent sign before the interface is escaped (RFC 6874 §2).
  const host = bracketed(address.replace("%", "%25"));
  return port === TFTP_PORT ? `tftp://${host}/` : `tftp://${host}:${port}/`;
}

/** The canonical form of an address (RFC 5952), for comparison. */
export function plainAddress(address: string): string {
  const plain = withoutZone(address);
  return isIP(plain) === 6 ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain;
}
