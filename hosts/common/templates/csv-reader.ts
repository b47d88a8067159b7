/**
 * Reads rows of comma-separated values (RFC 4180) from bytes in UTF-8, one at a time, so that a board can keep a table in its
 * flash. Beyond the RFC, lines that begin with `#` and empty lines are left out, and so are blanks around a field that is not
 * quoted.
 */
import { decodeName } from "../../../src/index.js";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
/** Stands for the byte after the last one. */
const END = -1;
/** The mark that some programs put before UTF-8: EF BB BF. */
const BYTE_ORDER_MARK = 0xef;
const BYTE_ORDER_MARK_BYTES = 3;

const ONE_QUOTE = '"';

export class CsvReader {
  /** Position of the row that was read last, and its line from 1 on. */
  rowPosition = 0;
  rowLine = 0;
  private position: number;
  private line = 1;

  /** @param file name of the file, for error messages. */
  constructor(
    private readonly view: DataView,
    private readonly file: string,
  ) {
    this.position = this.byte(0) === BYTE_ORDER_MARK ? BYTE_ORDER_MARK_BYTES : 0;
  }

  /** Reads the row at a `rowPosition` again. */
  rowAt(position: number): string[] {
    this.position = position;
    return this.nextRow() as string[];
  }

  /**
   * Fields of the next row; undefined after the last one.
   *
   * @throws RangeError that names the line, for quotation marks in wrong places.
   */
  nextRow(): string[] | undefined {
    while (this.skipsLine()) {}
    if (this.byte(this.position) === END) {
      return undefined;
    }
    this.rowPosition = this.position;
    this.rowLine = this.line;
    const fields = [this.field()];
    while (this.byte(this.position) === COMMA) {
      this.position++;
      fields.push(this.field());
    }
    return fields;
  }

  /** An error in the row that was read last. */
  error(problem: string): RangeError {
    return new RangeError(`${this.file}, line ${this.rowLine}: ${problem}`);
  }

  /** Skips an empty line, a comment, or the end of a row. */
  private skipsLine(): boolean {
    this.skipBlanks();
    const byte = this.byte(this.position);
    if (byte !== HASH && byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
      return false;
    }
    while (this.byte(this.position) !== LINE_FEED && this.byte(this.position) !== END) {
      this.position++;
    }
    if (this.byte(this.position) === LINE_FEED) {
      this.position++;
      this.line++;
    }
    return true;
  }

  private field(): string {
    this.skipBlanks();
    return this.byte(this.position) === QUOTE ? this.quotedField() : this.plainField();
  }

  private plainField(): string {
    const start = this.position;
    let end = start;
    while (!this.isFieldEnd()) {
      const byte = this.byte(this.position++);
      if (byte === QUOTE) {
        throw this.error("a quotation mark within a field; put the whole field in quotation marks, and write it twice");
      }
      if (byte !== BLANK && byte !== TAB) {
        end = this.position;
      }
    }
    return decodeName(this.view, start, end);
  }

  private quotedField(): string {
    let text = "";
    let start = ++this.position;
    for (;;) {
      const byte = this.byte(this.position++);
      if (byte === END) {
        throw this.error("a field has no closing quotation mark");
      }
      if (byte === LINE_FEED) {
        this.line++;
      }
      if (byte === QUOTE) {
        text += decodeName(this.view, start, this.position - 1);
        if (this.byte(this.position) !== QUOTE) {
          break;
        }
        text += ONE_QUOTE;
        start = ++this.position;
      }
    }
    this.skipBlanks();
    if (!this.isFieldEnd()) {
      throw this.error("after a closing quotation mark a comma or the end of the line is expected");
    }
    return text;
  }

  private isFieldEnd(): boolean {
    const byte = this.byte(this.position);
    return byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === END;
  }

  private skipBlanks(): void {
    while (this.byte(this.position) === BLANK || this.byte(this.position) === TAB) {
      this.position++;
    }
  }

  private byte(position: number): number {
    return position < this.view.byteLength ? this.view.getUint8(position) : END;
  }
}
