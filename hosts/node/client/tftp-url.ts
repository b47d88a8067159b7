/**
 * Where a file is: `tftp://host[:port]/path[;mode=octet|netascii]` (RFC 3617).
 */
import { MAX_PORT, TFTP_PORT } from "../../../src/index.js";

export interface TftpPlace {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** The file's name as the server is asked for it; a path that begins with `//` gives one that begins with `/`. */
  readonly name: string;
  /** The mode, where the URL has one. */
  readonly mode: TransferMode | undefined;
}

/** The modes of RFC 1350 §1: a file as it is, or a text whose line ends are translated. */
export type TransferMode = "octet" | "netascii";

const URL_PATTERN = /^tftp:\/\/(?:\[([^\]]+)\]|([^/:[\]@]+))(?::(\d*))?\/(.+)$/i;
const MODE_PATTERN = /;mode=([a-z]+)$/i;
const EXAMPLE = "tftp://192.168.1.1/firmware.bin";

/**
 * Reads a URL. In the path, `%` and two digits stand for a byte of UTF-8; `?` and `#` are characters like others.
 *
 * @throws TypeError that says what is wrong.
 */
export function parseTftpUrl(url: string): TftpPlace {
  const [, literal, host, portText, rawPath] = URL_PATTERN.exec(url) ?? [];
  if (rawPath === undefined) {
    throw new TypeError(`"${url}" is no address of a file on a TFTP server; write it like ${EXAMPLE}`);
  }
  const port = portText === undefined || portText === "" ? TFTP_PORT : Number(portText);
  if (!(port >= 1 && port <= MAX_PORT)) {
    throw new TypeError(`"${url}" has the port ${portText}; a port is a number from 1 to ${MAX_PORT}`);
  }
  const mode = MODE_PATTERN.exec(rawPath)?.[1]?.toLowerCase();
  if (mode !== undefined && mode !== "octet" && mode !== "netascii") {
    throw new TypeError(`"${url}" has the mode ${mode}; there are octet and netascii`);
  }
  const path = mode === undefined ? rawPath : rawPath.replace(MODE_PATTERN, "");
  return { host: decoded(url, hostOf(literal, host)), port, name: decoded(url, path), mode };
}

/** In a link-local IPv6 address the `%` before the interface should be written %25 (RFC 6874), and rarely is. */
function hostOf(literal: string | undefined, host: string | undefined): string {
  return literal === undefined ? (host as string) : literal.replace(/%(?!25)/, "%25");
}

function decoded(url: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(`"${url}" has a % that no two hexadecimal digits follow; write %25 for the character itself`);
  }
}
