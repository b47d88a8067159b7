/**
 * Network addresses as texts.
 */
import { isIP } from "node:net";
import { TFTP_PORT } from "../../../src/index.js";

/** Like TFTP's own, and free on most machines. */
export const STATUS_PAGE_PORT = 8069;

/** Stand for all addresses of this machine, of their kind. */
export const ALL_IPV4 = "0.0.0.0";
export const ALL_IPV6 = "::";

export function isWildcard(address: string): boolean {
  return address === ALL_IPV4 || address === ALL_IPV6;
}

export function wildcardOf(address: string): string {
  return address.includes(":") ? ALL_IPV6 : ALL_IPV4;
}

/** A link-local address carries its interface behind `%` (RFC 4007 §11); not everything that takes addresses takes that. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

/** `10.0.0.1:69` or `[fe80::1]:69`. */
export function hostAndPort(address: string | number, port: number): string {
  return `${bracketed(String(address))}:${port}`;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** What a person types to reach a server; the name of a file goes behind it (RFC 3617). */
export function tftpUrl(address: string, port: number): string {
  // Within a URL the percent sign before the interface is escaped (RFC 6874 §2).
  const host = bracketed(address.replace("%", "%25"));
  return port === TFTP_PORT ? `tftp://${host}/` : `tftp://${host}:${port}/`;
}

/** An address in the one writing that all its writings are compared in (RFC 5952). */
export function plainAddress(address: string): string {
  const plain = withoutZone(address);
  return isIP(plain) === 6 ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain;
}
