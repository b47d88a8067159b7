/** Texts that rules make of templates and tables, which are files of the server's owner. */
import fs from "node:fs";
import { isIP } from "node:net";
import { plainMac } from "../../common/mac-address.js";
import { MachineText, type SourceFile, type TextHost } from "../../common/templates/machine-text.js";
import { nameBytes } from "../files/disk-names.js";
import { plainAddress } from "../udp/addresses.js";

/** Longer than any configuration. They stay in memory. */
const MAX_TEMPLATE_BYTES = 1024 * 1024;
/** Some ten thousand machines. */
const MAX_TABLE_BYTES = 1024 * 1024;

const HOST: TextHost = {
  mac: plainMac,
  address: (text) => (isIP(text) === 0 ? undefined : plainAddress(text)),
  encode: (text) => arrayBufferOf(nameBytes(text)),
  copy: (target, source, position, count) => target.set(new Uint8Array(source, position, count)),
};

/**
 * Reads the files.
 *
 * @param hasMac whether the rule finds a MAC address in names.
 * @throws RangeError that names the file, its line and its mistake.
 */
export function readRuleText(template: string, table: string | undefined, hasMac: boolean): MachineText {
  const tableFile = table === undefined ? undefined : readSource(table, MAX_TABLE_BYTES);
  if (tableFile !== undefined) {
    checkUtf8(tableFile);
  }
  return new MachineText(readSource(template, MAX_TEMPLATE_BYTES), tableFile, hasMac, HOST);
}

function readSource(file: string, maxBytes: number): SourceFile {
  try {
    const status = fs.statSync(file);
    if (!status.isFile()) {
      throw new Error("it is no file");
    }
    if (status.size > maxBytes) {
      throw new Error(`it has ${status.size} bytes, and at most ${maxBytes} are allowed`);
    }
    return { bytes: arrayBufferOf(fs.readFileSync(file)), file };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new RangeError(`${file} cannot be read: ${code === "ENOENT" ? "it does not exist" : message}`);
  }
}

function checkUtf8({ bytes, file }: SourceFile): void {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RangeError(`${file} is not in UTF-8; save it in this encoding`);
  }
}

/** A buffer of these bytes alone. */
function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
