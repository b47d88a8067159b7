/**
 * Texts that a board fills for each machine, from a template and a table in its flash image.
 *
 * ```js
 * import TemplateStorage from "lockstep-tftp/templates";
 *
 * const storage = new TemplateStorage({
 *   storage: new ArchiveStorage(new Resource("files.tar")),
 *   texts: [{
 *     name: "SEP{mac}.cnf.xml",
 *     template: new Resource("7911.xml"),
 *     table: new Resource("phones.csv")
 *   }]
 * });
 * ```
 */
import copy from "lockstep-tftp/copy";
import type { Address, ReadableFile, Refusal, Storage, WritableFile } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { addressBits } from "../common/ipv4.js";
import { plainMac } from "../common/mac-address.js";
import type { ReasonCode } from "../common/reasons.js";
import { MachineText, type TextHost } from "../common/templates/machine-text.js";

import { type ReasonedStorage, takeReason } from "./storage/reasoned-storage.js";

export type { ReasonCode } from "../common/reasons.js";
export type { ReasonedStorage } from "./storage/reasoned-storage.js";

const MAC = "{mac}";

/** Memory of the flash, such as a `Resource`, or an ArrayBuffer. It is read in place. */
export interface TextMemory {
  /** Its size. */
  readonly byteLength: number;
}

/** A text that is filled for each machine. */
export interface FilledTextOptions {
  /**
   * Name by which clients ask for it. `{mac}` in it stands for a MAC address in any notation. Upper and lower case of ASCII
   * letters are equal.
   */
  name: string;
  /** The text: `{mac}`, `{address}`, `{name}` and the columns of the table are filled in; `{{` stands for `{`. */
  template: TextMemory;
  /**
   * Values for each machine, in CSV (RFC 4180, UTF-8), whose first column is called `mac` or `address`. Machines that it lacks
   * get the file of that name. Default: each client gets the text.
   */
  table?: TextMemory;
}

/** Options of a {@link TemplateStorage}. */
export interface TemplateStorageOptions {
  /** Has all other files, and takes the uploads. */
  storage: Storage;
  /** Texts that go before files of the storage. */
  texts: readonly FilledTextOptions[];
}

/** A table by address has IPv4 addresses. */
const HOST = Object.freeze<TextHost>({
  mac: plainMac,
  address: (text) => (addressBits(text) < 0 ? undefined : text),
  encode: (text) => ArrayBuffer.fromString(text),
  copy,
});

/** A storage with texts that are filled for each machine, over another storage. */
export default class TemplateStorage implements ReasonedStorage {
  /** Reason of the storage below. */
  refusalReason: ReasonCode | undefined = undefined;
  private readonly storage: Storage;
  private readonly texts: readonly NamedText[];

  /** @throws RangeError that names the text, the line of its template or table, and the mistake. */
  constructor(options: TemplateStorageOptions) {
    this.storage = options.storage;
    this.texts = options.texts.map((text) => new NamedText(text));
  }

  /** The text for a machine, or the file of the storage. */
  openForReading(name: string, address: Address): ReadableFile | Refusal {
    for (let index = 0; index < this.texts.length; index++) {
      const file = (this.texts[index] as NamedText).fileFor(name, address);
      if (file !== undefined) {
        return file;
      }
    }
    const found = this.storage.openForReading(name, address);
    takeReason(this, this.storage);
    return found;
  }

  /** Uploads go to the storage. */
  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    const file = this.storage.openForWriting(name, sizeBytes, address);
    takeReason(this, this.storage);
    return file;
  }
}

class NamedText {
  /** The parts of the name before and after the MAC address; the second one is undefined if there is none. */
  private readonly before: string;
  private readonly after: string | undefined;
  private readonly text: MachineText;

  constructor({ name, template, table }: FilledTextOptions) {
    const [before = "", after, ...others] = name.toLowerCase().split(MAC);
    if (others.length > 0) {
      throw new RangeError(`${name} has {mac} more than once; write it once`);
    }
    this.before = before;
    this.after = after;
    this.text = new MachineText(
      { bytes: template as ArrayBuffer, file: `template of ${name}` },
      table && { bytes: table as ArrayBuffer, file: `table of ${name}` },
      after !== undefined,
      HOST,
    );
  }

  fileFor(name: string, address: Address): ReadableFile | undefined {
    const { before, after } = this;
    const asked = name.toLowerCase();
    if (after === undefined) {
      return asked === before ? this.filled(name, address, undefined) : undefined;
    }
    if (!asked.startsWith(before) || !asked.endsWith(after)) {
      return undefined;
    }
    const mac = plainMac(asked.slice(before.length, asked.length - after.length));
    return mac === undefined ? undefined : this.filled(name, address, mac);
  }

  private filled(name: string, address: Address, mac: string | undefined): ReadableFile | undefined {
    return this.text.textFor({ name, address: addressText(address), mac });
  }
}
