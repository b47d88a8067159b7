/** Parses URLs of files on TFTP servers: `tftp://host[:port]/path[;mode=octet|netascii]` (RFC 3617). */
import { MAX_PORT, TFTP_PORT } from "../../../src/index.js";
import { nameOfBytes } from "../files/disk-names.js";

export interface TftpPlace {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** File name for the request. A path that begins with `//` gives a name that begins with `/`. */
  readonly name: string;
  /** The mode in the URL; undefined if it has none. */
  readonly mode: TransferMode | undefined;
}

/** Modes of RFC 1350 §1: `octet` transfers a file as it is, `netascii` translates line ends. */
export type TransferMode = "octet" | "netascii";

const URL_PATTERN = /^tftp:\/\/(?:\[([^\]]+)\]|([^/:[\]@]+))(?::(\d*))?\/(.+)$/i;
const MODE_PATTERN = /;mode=([a-z]+)$/i;
const ENCODED_BYTES = /(?:%[\da-f]{2})+/gi;
const EXAMPLE = "tftp://192.168.1.1/firmware.bin";

/**
 * In the path, `%` and two hexadecimal digits encode a byte, usually of UTF-8; `?` and `#` are ordinary characters.
 *
 * @throws TypeError that names the mistake.
 */
export function parseTftpUrl(url: string): TftpPlace {
  const [, literal, host, portText, rawPath] = URL_PATTERN.exec(url) ?? [];
  if (rawPath === undefined) {
    throw new TypeError(`"${url}" is not the URL of a file on a TFTP server; write it like ${EXAMPLE}`);
  }
  const port = portText === undefined || portText === "" ? TFTP_PORT : Number(portText);
  if (!(port >= 1 && port <= MAX_PORT)) {
    throw new TypeError(`invalid port ${portText} in "${url}"; a port is a number from 1 to ${MAX_PORT}`);
  }
  const mode = MODE_PATTERN.exec(rawPath)?.[1]?.toLowerCase();
  if (mode !== undefined && mode !== "octet" && mode !== "netascii") {
    throw new TypeError(`unknown mode "${mode}" in "${url}"; expected octet or netascii`);
  }
  const path = mode === undefined ? rawPath : rawPath.replace(MODE_PATTERN, "");
  return { host: decode(url, hostOf(literal, host)), port, name: decodeName(url, path), mode };
}

/** In a link-local IPv6 address, the `%` before the interface should be written %25 (RFC 6874), and rarely is. */
function hostOf(literal: string | undefined, host: string | undefined): string {
  return literal === undefined ? (host as string) : literal.replace(/%(?!25)/, "%25");
}

function decode(url: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badEncoding(url);
  }
}

/** Unlike `decodeURIComponent`, it takes bytes that are not UTF-8. */
function decodeName(url: string, text: string): string {
  if (text.replace(ENCODED_BYTES, "").includes("%")) {
    throw badEncoding(url);
  }
  return text.replace(ENCODED_BYTES, (bytes) => nameOfBytes(Buffer.from(bytes.replaceAll("%", ""), "hex")));
}

function badEncoding(url: string): TypeError {
  return new TypeError(`"${url}" has a % without two hexadecimal digits; write %25 for the character itself`);
}
