/**
 * Reads a request as the documents say, and the OACK that it must get. Written for clarity and apart from the engine's
 * code, which must agree with it.
 */
import { MAX_NAME_BYTES, OPCODE_WRITE_REQUEST } from "../../../src/index.js";
import { type OptionTexts, opcodeOf, textsOf } from "../wire/messages.js";

export interface AskedRequest {
  readonly isUpload: boolean;
  /** The cleaned name, or undefined for one that no storage may see. */
  readonly name: string | undefined;
  readonly isNetascii: boolean;
  /** The values that are numbers, by names in lower case; of several the first. */
  readonly options: ReadonlyMap<string, number>;
}

const OPTION_NAMES = ["blksize", "timeout", "tsize", "windowsize"];
/** No file's size has more digits, and no JavaScript number holds more exactly. */
const DECIMAL = /^[0-9]{1,15}$/;

/** Reads a request; undefined where it is malformed or its mode is unknown. */
export function readAskedRequest(message: Uint8Array): AskedRequest | undefined {
  const [rawName, rawMode, ...pairs] = textsOf(message);
  const mode = rawMode?.toLowerCase();
  if (rawName === undefined || (mode !== "octet" && mode !== "netascii")) {
    return undefined;
  }
  const options = new Map<string, number>();
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const name = (pairs[index] as string).toLowerCase();
    const value = pairs[index + 1] as string;
    if (OPTION_NAMES.includes(name) && !options.has(name) && DECIMAL.test(value)) {
      options.set(name, Number(value));
    }
  }
  return {
    isUpload: opcodeOf(message) === OPCODE_WRITE_REQUEST,
    name: cleanName(rawName),
    isNetascii: mode === "netascii",
    options,
  };
}

/** Whether two requests are for the same file, in the same mode and with the same options. */
export function isSameRequest(one: AskedRequest, other: AskedRequest): boolean {
  return (
    one.isUpload === other.isUpload &&
    one.name === other.name &&
    one.isNetascii === other.isNetascii &&
    OPTION_NAMES.every((name) => one.options.get(name) === other.options.get(name))
  );
}

function cleanName(raw: string): string | undefined {
  const trimmed = raw.replace(/\xff+$/, "");
  const components = trimmed.split(/[/\\]/).filter((component) => component !== "" && component !== ".");
  const hasControls = [...trimmed].some((character) => character < " " || character === "\x7f");
  if (hasControls || components.includes("..") || trimmed.length > MAX_NAME_BYTES || components.length === 0) {
    return undefined;
  }
  return fromUtf8(components.join("/"));
}

const MAX_SEQUENCE_BYTES = 4;

/** Decodes UTF-8 bytes, one in each character. Bytes that are not UTF-8 become U+DC80 to U+DCFF. */
function fromUtf8(bytes: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let length = MAX_SEQUENCE_BYTES;
    while (length > 0 && characterOf(bytes.slice(at, at + length)) === undefined) {
      length--;
    }
    text += characterOf(bytes.slice(at, at + length)) ?? String.fromCharCode(0xdc00 + bytes.charCodeAt(at));
    at += Math.max(1, length);
  }
  return text;
}

/** The character that the bytes are in UTF-8; undefined if they are not exactly one. */
function characterOf(bytes: string): string | undefined {
  const escaped = [...bytes].map((byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
  try {
    const [character, ...others] = decodeURIComponent(escaped.join(""));
    return others.length === 0 ? character : undefined;
  } catch {
    return undefined;
  }
}

/** The transfer's terms that follow from a request. */
export interface Agreement {
  readonly blockSizeBytes: number;
  readonly windowSize: number;
  /** The interval that the client negotiated (RFC 2349), or undefined. */
  readonly timeoutMs: number | undefined;
  /** The OACK's options in their order; empty if there is no OACK. */
  readonly acknowledged: OptionTexts;
}

const MAX_BLOCK_BYTES = 512;

/**
 * Applies a request's options.
 *
 * @param sizeBytes the size of a file to download, from its storage, or -1.
 * @param maxWindowSize the server's largest window, in blocks.
 */
export function agreementOf(asked: AskedRequest, sizeBytes: number, maxWindowSize: number): Agreement {
  const acknowledged: string[] = [];
  const accept = (name: string, min: number, max: number, granted: (value: number) => number): number | undefined => {
    const value = asked.options.get(name);
    if (value === undefined || value < min || value > max) {
      return undefined;
    }
    acknowledged.push(name, String(granted(value)));
    return granted(value);
  };
  const blockSizeBytes = accept("blksize", 8, 65_464, (value) => Math.min(value, MAX_BLOCK_BYTES));
  const timeoutSeconds = accept("timeout", 1, 255, (value) => value);
  if (asked.isUpload) {
    accept("tsize", 0, Number.MAX_SAFE_INTEGER, (value) => value);
  } else if (!asked.isNetascii && sizeBytes > 0) {
    accept("tsize", 0, Number.MAX_SAFE_INTEGER, () => sizeBytes);
  }
  const windowSize = accept("windowsize", 1, 65_535, (value) => Math.min(value, maxWindowSize));
  return {
    blockSizeBytes: blockSizeBytes ?? MAX_BLOCK_BYTES,
    windowSize: windowSize ?? 1,
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    acknowledged,
  };
}
