/** Messages of DHCP and BOOTP as clients and servers make them, written without the engine's code, for every platform. */

export type OptionList = readonly (readonly [code: number, value: readonly number[] | Uint8Array | string])[];

export interface MessageFields {
  readonly operation?: number;
  readonly hardwareType?: number;
  readonly hardware?: readonly number[];
  readonly transactionId?: number;
  readonly flags?: number;
  readonly clientAddress?: string;
  readonly yourAddress?: string;
  readonly serverAddress?: string;
  readonly relayAddress?: string;
  readonly file?: Uint8Array;
  readonly serverName?: Uint8Array;
  /** Without it there is no magic number either. */
  readonly options?: OptionList;
  readonly minimumBytes?: number;
}

/** Length of the header. */
const AT_OPTIONS_AREA = 236;
const NOWHERE = "0.0.0.0";

export const MAC = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

/** `10.0.0.1` as four bytes. */
export function quad(address: string): number[] {
  return address.split(".").map(Number);
}

/** The 32 bits of an address, signed. */
export function bits(address: string): number {
  return quad(address).reduce((sum, byte) => (sum << 8) | byte, 0);
}

export function quadText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
}

/** A message as a client sends it. */
export function dhcpMessage(fields: MessageFields = {}): DataView {
  const hardware = fields.hardware ?? MAC;
  const options = fields.options === undefined ? new Uint8Array(64) : optionBytes(fields.options);
  const packet = new Uint8Array(Math.max(AT_OPTIONS_AREA + options.length, fields.minimumBytes ?? 0));
  const view = new DataView(packet.buffer);
  view.setUint8(0, fields.operation ?? 1);
  view.setUint8(1, fields.hardwareType ?? 1);
  view.setUint8(2, hardware.length);
  view.setInt32(4, (fields.transactionId ?? 0x1234) | 0);
  view.setUint16(10, fields.flags ?? 0);
  view.setInt32(12, bits(fields.clientAddress ?? NOWHERE));
  view.setInt32(16, bits(fields.yourAddress ?? NOWHERE));
  view.setInt32(20, bits(fields.serverAddress ?? NOWHERE));
  view.setInt32(24, bits(fields.relayAddress ?? NOWHERE));
  packet.set(hardware, 28);
  packet.set(fields.serverName ?? [], 44);
  packet.set(fields.file ?? [], 108);
  packet.set(options, AT_OPTIONS_AREA);
  return view;
}

function optionBytes(options: OptionList): Uint8Array {
  const bytes = [0x63, 0x82, 0x53, 0x63];
  for (const [code, value] of options) {
    const valueBytes = typeof value === "string" ? characters(value) : [...value];
    bytes.push(code, valueBytes.length, ...valueBytes);
  }
  return Uint8Array.from([...bytes, 255]);
}

/** The codes of a text in ASCII. */
export function characters(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

export interface ReadMessage {
  readonly operation: number;
  readonly type: number;
  readonly transactionId: number;
  readonly flags: number;
  readonly clientAddress: string;
  readonly yourAddress: string;
  readonly serverAddress: string;
  readonly relayAddress: string;
  readonly hardware: readonly number[];
  readonly serverName: string;
  readonly file: string;
  readonly options: ReadonlyMap<number, Uint8Array>;
  readonly length: number;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  const field = bytes.subarray(start, end);
  const zero = field.indexOf(0);
  return String.fromCharCode(...(zero < 0 ? field : field.subarray(0, zero)));
}

/** An option's value as text; undefined without the option. */
export function optionText({ options }: ReadMessage, code: number): string | undefined {
  const value = options.get(code);
  return value === undefined ? undefined : String.fromCharCode(...value);
}

/** An option's value as numbers with dots between, such as an address; undefined without the option. */
export function optionNumbers({ options }: ReadMessage, code: number): string | undefined {
  return options.get(code)?.join(".");
}

/** An option's value as a number of 32 bits; undefined without the option. */
export function optionSeconds({ options }: ReadMessage, code: number): number | undefined {
  const value = options.get(code);
  return value === undefined ? undefined : new DataView(value.slice().buffer).getUint32(0);
}

/** Reads a message as a client does. Throws where it is not well formed. */
export function readDhcpMessage(packet: Uint8Array): ReadMessage {
  const bytes = packet.slice();
  const view = new DataView(bytes.buffer);
  const options = readOptions(bytes);
  return {
    operation: view.getUint8(0),
    type: options.get(53)?.[0] ?? 0,
    transactionId: view.getInt32(4),
    flags: view.getUint16(10),
    clientAddress: quadText(view.getInt32(12)),
    yourAddress: quadText(view.getInt32(16)),
    serverAddress: quadText(view.getInt32(20)),
    relayAddress: quadText(view.getInt32(24)),
    hardware: [...bytes.subarray(28, 28 + view.getUint8(2))],
    serverName: textAt(bytes, 44, 108),
    file: textAt(bytes, 108, 236),
    options,
    length: bytes.length,
  };
}

function readOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  let at = AT_OPTIONS_AREA + 4;
  while (bytes[at] !== 255) {
    const code = bytes[at++];
    if (code === undefined) {
      throw new Error("the options have no end");
    }
    if (code !== 0) {
      const length = bytes[at++] ?? 0;
      if (at + length > bytes.length || options.has(code)) {
        throw new Error(`option ${code} runs over, or is there twice`);
      }
      options.set(code, bytes.subarray(at, at + length));
      at += length;
    }
  }
  return options;
}
