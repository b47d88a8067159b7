/** Messages of DHCP and BOOTP as clients and servers make them, written without the engine's code. */

/** Options in their order: codes with values as bytes or ASCII. */
export type DhcpOptionList = readonly (readonly [code: number, value: readonly number[] | Uint8Array | string])[];

/** Fields of a message; those that are missing are zero or as said. Addresses are texts. */
export interface DhcpMessageFields {
  /** 1 for a request, 2 for a reply. Default 1. */
  readonly operation?: number;
  /** Default 1, Ethernet. */
  readonly hardwareType?: number;
  /** Default 52:54:00:12:34:56. */
  readonly hardware?: readonly number[];
  /** Default 0x1234. */
  readonly transactionId?: number;
  /** The broadcast flag is 0x8000. */
  readonly flags?: number;
  /** `ciaddr`. */
  readonly clientAddress?: string;
  /** `yiaddr`. */
  readonly yourAddress?: string;
  /** `siaddr`. */
  readonly serverAddress?: string;
  /** `giaddr`. */
  readonly relayAddress?: string;
  /** Up to 128 bytes. */
  readonly file?: Uint8Array;
  /** `sname`, up to 64 bytes. */
  readonly serverName?: Uint8Array;
  /** Without it there is no magic number either, as in BOOTP. */
  readonly options?: DhcpOptionList;
  /** Zeros follow up to this length. */
  readonly minimumBytes?: number;
}

const AT_MAGIC = 236;
const AT_OPTIONS = 240;
/** Bytes for options in BOOTP. */
const BOOTP_OPTION_BYTES = 64;
const MAGIC = 0x63825363;
const NOWHERE = "0.0.0.0";
const HARDWARE = [0x52, 0x54, 0, 0x12, 0x34, 0x56];
const TRANSACTION = 0x1234;
const PAD = 0;
const END = 255;
const TYPES = ["BOOTP", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM"];

/** The four bytes of an address. */
export function addressBytes(address: string): number[] {
  return address.split(".").map(Number);
}

/** The 32 bits of an address, signed, as the engine has them. */
export function addressNumber(address: string): number {
  return addressBytes(address).reduce((sum, byte) => (sum << 8) | byte, 0);
}

/** An address as text. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** Makes a message. */
export function dhcpMessage(fields: DhcpMessageFields = {}): DataView {
  const hardware = fields.hardware ?? HARDWARE;
  const options = fields.options === undefined ? new Uint8Array(BOOTP_OPTION_BYTES) : optionBytes(fields.options);
  const packet = new Uint8Array(Math.max(AT_MAGIC + options.length, fields.minimumBytes ?? 0));
  const view = new DataView(packet.buffer);
  view.setUint8(0, fields.operation ?? 1);
  view.setUint8(1, fields.hardwareType ?? 1);
  view.setUint8(2, hardware.length);
  view.setInt32(4, (fields.transactionId ?? TRANSACTION) | 0);
  view.setUint16(10, fields.flags ?? 0);
  view.setInt32(12, addressNumber(fields.clientAddress ?? NOWHERE));
  view.setInt32(16, addressNumber(fields.yourAddress ?? NOWHERE));
  view.setInt32(20, addressNumber(fields.serverAddress ?? NOWHERE));
  view.setInt32(24, addressNumber(fields.relayAddress ?? NOWHERE));
  packet.set(hardware, 28);
  packet.set(fields.serverName ?? [], 44);
  packet.set(fields.file ?? [], 108);
  packet.set(options, AT_MAGIC);
  return view;
}

function optionBytes(options: DhcpOptionList): Uint8Array {
  const bytes = [0x63, 0x82, 0x53, 0x63];
  for (const [code, value] of options) {
    const valueBytes = typeof value === "string" ? characters(value) : [...value];
    bytes.push(code, valueBytes.length, ...valueBytes);
  }
  return Uint8Array.from([...bytes, END]);
}

function characters(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}

/** A message that was read. */
export class DhcpMessage {
  /** 1 for a request, 2 for a reply. */
  readonly operation: number;
  /** 1 for Ethernet. */
  readonly hardwareType: number;
  /** `chaddr`, as long as the message says. */
  readonly hardware: readonly number[];
  /** `xid`, signed. */
  readonly transactionId: number;
  /** The broadcast flag is 0x8000. */
  readonly flags: number;
  /** `ciaddr`. */
  readonly clientAddress: string;
  /** `yiaddr`. */
  readonly yourAddress: string;
  /** `siaddr`. */
  readonly serverAddress: string;
  /** `giaddr`. */
  readonly relayAddress: string;
  /** `sname`. */
  readonly serverName: string;
  /** The boot file. */
  readonly file: string;
  /** Length of the datagram in bytes. */
  readonly length: number;

  constructor(
    bytes: Uint8Array,
    /** Values by code; pieces are joined (RFC 3396). */
    readonly options: ReadonlyMap<number, Uint8Array>,
  ) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.operation = view.getUint8(0);
    this.hardwareType = view.getUint8(1);
    this.hardware = [...bytes.subarray(28, 28 + view.getUint8(2))];
    this.transactionId = view.getInt32(4);
    this.flags = view.getUint16(10);
    this.clientAddress = addressText(view.getInt32(12));
    this.yourAddress = addressText(view.getInt32(16));
    this.serverAddress = addressText(view.getInt32(20));
    this.relayAddress = addressText(view.getInt32(24));
    this.serverName = textAt(bytes, 44, 108);
    this.file = textAt(bytes, 108, AT_MAGIC);
    this.length = bytes.length;
  }

  /** Message type of DHCP; 0 for BOOTP. */
  get type(): number {
    return this.options.get(53)?.[0] ?? 0;
  }

  /** An option's value as ASCII; undefined without the option. */
  text(code: number): string | undefined {
    const value = this.options.get(code);
    return value === undefined ? undefined : String.fromCharCode(...value);
  }

  /** An option's value as numbers with dots between, such as an address; undefined without the option. */
  numbers(code: number): string | undefined {
    return this.options.get(code)?.join(".");
  }

  /** An option's first `bytes` bytes as a number; undefined without them. */
  number(code: number, bytes: number): number | undefined {
    const value = this.options.get(code);
    return value === undefined || value.length < bytes
      ? undefined
      : value.subarray(0, bytes).reduce((sum, byte) => sum * 256 + byte, 0);
  }
}

/**
 * Reads a message. Options in `file` and `sname` are not read.
 *
 * @param isStrict refuses a message with an option twice, or without the end of the options.
 * @returns undefined if it is not well formed.
 */
export function readDhcpMessage(bytes: Uint8Array, isStrict = false): DhcpMessage | undefined {
  if (bytes.length < AT_MAGIC) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hasOptions = bytes.length >= AT_OPTIONS && view.getInt32(AT_MAGIC) === MAGIC;
  const options = hasOptions ? readOptions(bytes, isStrict) : new Map<number, Uint8Array>();
  return options === undefined ? undefined : new DhcpMessage(bytes.slice(), options);
}

function readOptions(bytes: Uint8Array, isStrict: boolean): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  let at = AT_OPTIONS;
  while (at < bytes.length && bytes[at] !== END) {
    const code = bytes[at++] as number;
    if (code !== PAD) {
      const length = bytes[at++] ?? bytes.length;
      const before = options.get(code);
      if (at + length > bytes.length || (isStrict && before !== undefined)) {
        return undefined;
      }
      options.set(code, Uint8Array.from([...(before ?? []), ...bytes.subarray(at, at + length)]));
      at += length;
    }
  }
  return isStrict && at >= bytes.length ? undefined : options;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  const field = bytes.subarray(start, end);
  const zero = field.indexOf(0);
  return String.fromCharCode(...(zero < 0 ? field : field.subarray(0, zero)));
}

/** A message in a few words, for a log. */
export function describeDhcpMessage(bytes: Uint8Array): string {
  const message = readDhcpMessage(bytes);
  if (message === undefined) {
    return `${bytes.length} bytes that are no message`;
  }
  const { type, transactionId, hardware, clientAddress, yourAddress, file } = message;
  const wanted = message.numbers(50);
  const server = message.numbers(54);
  const parts = [
    TYPES[type] ?? `type ${type}`,
    `xid ${(transactionId >>> 0).toString(16)}`,
    hardware.map((byte) => byte.toString(16)).join(":"),
    ...(clientAddress === NOWHERE ? [] : [`ciaddr ${clientAddress}`]),
    ...(yourAddress === NOWHERE ? [] : [`yiaddr ${yourAddress}`]),
    ...(wanted === undefined ? [] : [`wants ${wanted}`]),
    ...(server === undefined ? [] : [`server ${server}`]),
    ...(file === "" ? [] : [`file ${file}`]),
  ];
  return parts.join(" ");
}
