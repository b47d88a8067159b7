/** A table of machines, in CSV: the first column tells the machine, the others are filled into a template. */
import { CsvReader } from "./csv-reader.js";
import { isPlaceholderName } from "./text-template.js";

/** Names of the first column. */
const MAC = "mac";
const ADDRESS = "address";
/** Filled in from the request. */
const RESERVED: readonly string[] = Object.freeze([MAC, ADDRESS, "name"]);
/** A small prime, as usual. */
const HASH_FACTOR = 31;

/** Returns the one spelling of a MAC address or of an address; undefined if the text is none. */
export type PlainForm = (text: string) => string | undefined;

/** How a host spells the two kinds of keys. */
export interface KeyForms {
  readonly mac: PlainForm;
  readonly address: PlainForm;
}

export class MachineTable {
  /** Names of the columns after the first one. */
  readonly columns: readonly string[];
  /** Whether machines are told by their MAC addresses, not by their addresses. */
  readonly isByMac: boolean;
  private readonly reader: CsvReader;
  /** Reads single rows again. */
  private readonly rows: CsvReader;
  private readonly plainKey: PlainForm;
  /** Of each row, its position and a hash of its key: a board's memory does not hold the texts. */
  private readonly positions: number[] = [];
  private readonly hashes: number[] = [];

  /**
   * @param bytes the table, which is read again later.
   * @param file name of the file, for error messages.
   * @throws RangeError that names the line and its mistake.
   */
  constructor(
    bytes: ArrayBuffer,
    readonly file: string,
    forms: KeyForms,
  ) {
    const view = new DataView(bytes);
    this.reader = new CsvReader(view, file);
    this.rows = new CsvReader(view, file);
    const [key = "", ...columns] = this.reader.nextRow() ?? [];
    this.columns = columns;
    this.isByMac = key === MAC;
    this.plainKey = this.isByMac ? forms.mac : forms.address;
    if (!this.isByMac && key !== ADDRESS) {
      throw this.reader.error(`the first column is called "${key}"; it must be called mac or address`);
    }
    this.checkColumns();
    this.readKeys();
  }

  /** The fields of a machine after the first one; undefined if the table has no such machine. */
  fieldsOf(key: string): readonly string[] | undefined {
    const hash = hashOf(key);
    for (let row = 0; row < this.hashes.length; row++) {
      if (this.hashes[row] === hash) {
        const [written, ...fields] = this.rows.rowAt(this.positions[row] as number);
        if (this.plainKey(written as string) === key) {
          return fields;
        }
      }
    }
    return undefined;
  }

  private checkColumns(): void {
    this.columns.forEach((column, index) => {
      if (!isPlaceholderName(column)) {
        throw this.reader.error(
          `"${column}" is no name for a column; begin with a letter, and use letters, digits, - and _`,
        );
      }
      if (RESERVED.includes(column) || this.columns.indexOf(column) < index) {
        const problem = RESERVED.includes(column) ? "is filled in from the request" : "is there twice";
        throw this.reader.error(`the column ${column} ${problem}; call it otherwise`);
      }
    });
  }

  private readKeys(): void {
    const { reader } = this;
    for (let row = reader.nextRow(); row !== undefined; row = reader.nextRow()) {
      const [written = ""] = row;
      if (row.length !== this.columns.length + 1) {
        throw reader.error(`${row.length} fields instead of ${this.columns.length + 1}`);
      }
      const key = this.plainKey(written);
      if (key === undefined) {
        throw reader.error(`"${written}" is not ${this.isByMac ? "a MAC" : "an IP"} address`);
      }
      if (this.fieldsOf(key) !== undefined) {
        throw reader.error(`${written} is in the table twice`);
      }
      this.positions.push(reader.rowPosition);
      this.hashes.push(hashOf(key));
    }
  }
}

/** Tells most keys apart. */
function hashOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) {
    hash = (Math.imul(hash, HASH_FACTOR) + key.charCodeAt(index)) | 0;
  }
  return hash;
}
