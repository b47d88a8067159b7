/** Messages of DHCP and BOOTP as clients and servers make them, written without the engine's code. */

export type OptionList = readonly (readonly [code: number, value: readonly number[] | Uint8Array | string])[];

export interface MessageFields {
  readonly operation?: number;
  readonly hardware?: readonly number[];
  readonly transactionId?: number;
  readonly flags?: number;
  readonly clientAddress?: string;
  readonly yourAddress?: string;
  readonly relayAddress?: string;
  readonly file?: Uint8Array;
  readonly serverName?: Uint8Array;
  /** Without it there is no magic number either. */
  readonly options?: OptionList;
  readonly minimumBytes?: number;
}

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

export function dhcpMessage(fields: MessageFields = {}): DataView {
  const header = Buffer.alloc(236);
  const hardware = fields.hardware ?? MAC;
  header[0] = fields.operation ?? 1;
  header[1] = 1;
  header[2] = hardware.length;
  header.writeInt32BE((fields.transactionId ?? 0x1234) | 0, 4);
  header.writeUInt16BE(fields.flags ?? 0, 10);
  for (const [at, address] of [
    [12, fields.clientAddress],
    [16, fields.yourAddress],
    [24, fields.relayAddress],
  ] as const) {
    header.set(quad(address ?? "0.0.0.0"), at);
  }
  header.set(hardware, 28);
  header.set(fields.serverName ?? [], 44);
  header.set(fields.file ?? [], 108);
  const options =
    fields.options === undefined
      ? Buffer.alloc(64)
      : Buffer.concat([
          Buffer.from([0x63, 0x82, 0x53, 0x63]),
          ...fields.options.map(([code, value]) => {
            const bytes = Buffer.from(value as Uint8Array);
            return Buffer.concat([Buffer.from([code, bytes.length]), bytes]);
          }),
          Buffer.from([255]),
        ]);
  const whole = Buffer.concat([header, options]);
  const padded = Buffer.alloc(Math.max(whole.length, fields.minimumBytes ?? 0));
  padded.set(whole);
  return new DataView(padded.buffer, padded.byteOffset, padded.length);
}

export interface ReadMessage {
  readonly operation: number;
  readonly type: number;
  readonly transactionId: number;
  readonly flags: number;
  readonly clientAddress: string;
  readonly yourAddress: string;
  readonly serverAddress: string;
  readonly hardware: readonly number[];
  readonly serverName: string;
  readonly file: string;
  readonly options: ReadonlyMap<number, Buffer>;
  readonly length: number;
}

function textAt(bytes: Buffer, start: number, end: number): string {
  const field = bytes.subarray(start, end);
  const zero = field.indexOf(0);
  return field.toString("latin1", 0, zero < 0 ? field.length : zero);
}

/** Reads a message as a client does. Throws where it is not well formed. */
export function readDhcpMessage(packet: Uint8Array): ReadMessage {
  const bytes = Buffer.from(packet);
  const options = new Map<number, Buffer>();
  let at = 240;
  while (bytes[at] !== 255) {
    const code = bytes[at++];
    if (code === undefined) {
      throw new Error("the options have no end");
    }
    if (code !== 0) {
      const length = bytes.readUInt8(at++);
      if (at + length > bytes.length || options.has(code)) {
        throw new Error(`option ${code} runs over, or is there twice`);
      }
      options.set(code, bytes.subarray(at, at + length));
      at += length;
    }
  }
  return {
    operation: bytes.readUInt8(0),
    type: options.get(53)?.[0] ?? 0,
    transactionId: bytes.readInt32BE(4),
    flags: bytes.readUInt16BE(10),
    clientAddress: quadText(bytes.readInt32BE(12)),
    yourAddress: quadText(bytes.readInt32BE(16)),
    serverAddress: quadText(bytes.readInt32BE(20)),
    hardware: [...bytes.subarray(28, 28 + bytes.readUInt8(2))],
    serverName: textAt(bytes, 44, 108),
    file: textAt(bytes, 108, 236),
    options,
    length: bytes.length,
  };
}
