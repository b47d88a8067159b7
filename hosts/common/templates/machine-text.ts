/** A text that is filled for each machine: a template and, unless all are told by the request alone, a table of machines. */
import { type CopyBytes, FilledText } from "./filled-text.js";
import { type KeyForms, MachineTable } from "./machine-table.js";
import { TextTemplate } from "./text-template.js";

/** A file that was read. */
export interface SourceFile {
  readonly bytes: ArrayBuffer;
  /** Name of the file, for error messages. */
  readonly file: string;
}

/** What a host brings. */
export interface TextHost extends KeyForms {
  /** The bytes of a text in UTF-8. */
  readonly encode: (text: string) => ArrayBuffer;
  readonly copy: CopyBytes;
}

/** A request for a text. */
export interface TextRequest {
  readonly name: string;
  /** The client's address, in the form of the host. */
  readonly address: string;
  /** The MAC address in the name, in the form of the host; undefined if it has none. */
  readonly mac: string | undefined;
}

const FROM_REQUEST: readonly string[] = Object.freeze(["name", "address", "mac"]);
const NO_FIELDS: readonly string[] = Object.freeze([]);

export class MachineText {
  private readonly template: TextTemplate;
  private readonly table: MachineTable | undefined;

  /**
   * @param hasMac whether requests have a MAC address.
   * @throws RangeError that names the file, its line and its mistake.
   */
  constructor(
    template: SourceFile,
    table: SourceFile | undefined,
    hasMac: boolean,
    private readonly host: TextHost,
  ) {
    this.table = table && new MachineTable(table.bytes, table.file, host);
    if (this.table?.isByMac && !hasMac) {
      throw new RangeError(`${this.table.file} has MAC addresses; add {mac} to match, so that they are found in names`);
    }
    const columns = this.table?.columns ?? NO_FIELDS;
    this.template = new TextTemplate(template.bytes, template.file, [...FROM_REQUEST, ...columns]);
    const mac = FROM_REQUEST.length - 1;
    if (!hasMac && this.template.parts.some(({ value }) => value === mac)) {
      throw new RangeError(`${template.file} has {mac}; add {mac} to match, which finds the address`);
    }
  }

  /** The text for a request; undefined if the table has no such machine. */
  textFor(request: TextRequest): FilledText | undefined {
    const fields = this.fieldsFor(request);
    if (fields === undefined) {
      return undefined;
    }
    const { name, address, mac = "" } = request;
    const values = [name, address, mac, ...fields].map(this.host.encode);
    return new FilledText(this.template, values, this.host.copy);
  }

  private fieldsFor({ address, mac }: TextRequest): readonly string[] | undefined {
    const { table } = this;
    if (table === undefined) {
      return NO_FIELDS;
    }
    const key = table.isByMac ? mac : address;
    return key === undefined ? undefined : table.fieldsOf(key);
  }
}
