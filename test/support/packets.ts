/**
 * TFTP's messages as a peer makes and reads them, written from the RFCs and not from the engine.
 */
import {
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";

/** A file of this mode comes as it is. */
export const OCTET = "octet";
export const NETASCII = "netascii";

/** Options and values in turn, as on the wire: `["blksize", "512", "tsize", "0"]`. */
export type Options = readonly string[];

/** UTF-8, made without what only some platforms have. */
export function bytesOf(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let index = 0; index < escaped.length; index++) {
    if (escaped[index] === "%") {
      bytes.push(Number.parseInt(escaped.slice(index + 1, index + 3), 16));
      index += 2;
    } else {
      bytes.push(escaped.charCodeAt(index));
    }
  }
  return Uint8Array.from(bytes);
}

/** A packet of 16-bit numbers, texts and bytes, one behind the other. */
export function packetOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === "number") {
      bytes.push((part >> 8) & 0xff, part & 0xff);
    } else {
      bytes.push(...(typeof part === "string" ? bytesOf(part) : part));
    }
  }
  return Uint8Array.from(bytes);
}

/** Each text with the zero byte that ends it. */
export function texts(...values: readonly string[]): string {
  return values.map((value) => `${value}\0`).join("");
}

export function readRequest(name: string, options: Options = [], mode = OCTET): Uint8Array {
  return packetOf(OPCODE_READ_REQUEST, texts(name, mode, ...options));
}

export function writeRequest(name: string, options: Options = [], mode = OCTET): Uint8Array {
  return packetOf(OPCODE_WRITE_REQUEST, texts(name, mode, ...options));
}

export function data(block: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(4 + payload.length);
  packet.set(packetOf(OPCODE_DATA, block));
  packet.set(payload, 4);
  return packet;
}

export function acknowledgement(block: number): Uint8Array {
  return packetOf(OPCODE_ACKNOWLEDGEMENT, block);
}

export function error(code: number, text = "no"): Uint8Array {
  return packetOf(OPCODE_ERROR, code, texts(text));
}

export function optionAcknowledgement(options: Options): Uint8Array {
  return packetOf(OPCODE_OPTION_ACKNOWLEDGEMENT, texts(...options));
}

export function opcodeOf(packet: Uint8Array): number {
  return ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);
}

/** The block of DATA and ACK, the code of ERROR. */
export function numberOf(packet: Uint8Array): number {
  return ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
}

export function payloadOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(4);
}

/** The texts of a packet from `start` on; every one must be whole, and printable. */
export function textsOf(packet: Uint8Array, start: number): string[] {
  equal(packet[packet.length - 1], 0, "the byte that ends the last text");
  const found: string[] = [];
  let text = "";
  for (let index = start; index < packet.length; index++) {
    const byte = packet[index] as number;
    if (byte === 0) {
      found.push(text);
      text = "";
    } else {
      ok(byte >= 0x20 && byte < 0x7f, `byte ${byte} in a text is printable ASCII`);
      text += String.fromCharCode(byte);
    }
  }
  return found;
}

export function optionsOf(packet: Uint8Array): string[] {
  return textsOf(packet, 2);
}
