/**
 * TFTP's messages as a client makes and reads them (RFC 1350 §5, RFC 2347), written apart from the engine's own code.
 */
import {
  HEADER_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "../../../src/index.js";
import { textOf, utf8Of } from "./bytes.js";

/** The modes of RFC 1350 §1 that are in use. */
export type TransferMode = "octet" | "netascii";

/** Options as in a message, names and values in turn: `["blksize", "512", "tsize", "0"]`. */
export type OptionTexts = readonly string[];

/** Makes a read request. The texts are sent as UTF-8. */
export function readRequest(name: string, options: OptionTexts = [], mode = "octet"): Uint8Array {
  return packetOf(OPCODE_READ_REQUEST, textFields(name, mode, ...options));
}

/** Makes a write request. The texts are sent as UTF-8. */
export function writeRequest(name: string, options: OptionTexts = [], mode = "octet"): Uint8Array {
  return packetOf(OPCODE_WRITE_REQUEST, textFields(name, mode, ...options));
}

/**
 * Makes a DATA message.
 *
 * @param block the block's number, counted without wrapping.
 */
export function dataMessage(block: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES + payload.length);
  message.set(packetOf(OPCODE_DATA, block));
  message.set(payload, HEADER_BYTES);
  return message;
}

/**
 * Makes an ACK.
 *
 * @param block the block's number, counted without wrapping.
 */
export function acknowledgement(block: number): Uint8Array {
  return packetOf(OPCODE_ACKNOWLEDGEMENT, block);
}

/** Makes an ERROR (RFC 1350 §5). */
export function errorMessage(code: number, text = "no"): Uint8Array {
  return packetOf(OPCODE_ERROR, code, textFields(text));
}

/** Makes an OACK (RFC 2347). */
export function optionAcknowledgement(options: OptionTexts): Uint8Array {
  return packetOf(OPCODE_OPTION_ACKNOWLEDGEMENT, textFields(...options));
}

/** Makes a packet from 16-bit numbers, texts in UTF-8 and bytes, one after the other: any packet, malformed ones too. */
export function packetOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === "number") {
      bytes.push((part >> 8) & 0xff, part & 0xff);
    } else {
      bytes.push(...(typeof part === "string" ? utf8Of(part) : part));
    }
  }
  return Uint8Array.from(bytes);
}

/** Joins texts, each with the zero byte that ends it. */
export function textFields(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\0`).join("");
}

/** The opcode, or -1 for a message that is too short. */
export function opcodeOf(message: Uint8Array): number {
  return message.length < 2 ? -1 : numberAt(message, 0);
}

/** The block number of DATA and ACK, the code of ERROR; -1 for a message that is too short. */
export function numberOf(message: Uint8Array): number {
  return message.length < HEADER_BYTES ? -1 : numberAt(message, 2);
}

/** The payload of DATA. */
export function payloadOf(message: Uint8Array): Uint8Array {
  return message.subarray(HEADER_BYTES);
}

/** All texts from `start` on, one character a byte. A text without its zero byte does not count. */
export function textsOf(message: Uint8Array, start = 2): string[] {
  return textOf(message.subarray(start)).split("\0").slice(0, -1);
}

/** The options of an OACK. */
export function optionsOf(message: Uint8Array): string[] {
  return textsOf(message);
}

/** The names and values of options. A name without a value does not count. */
export function pairsOf(options: OptionTexts): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < options.length; index += 2) {
    pairs.push([options[index] as string, options[index + 1] as string]);
  }
  return pairs;
}

const NAMES: Readonly<Record<number, string>> = {
  [OPCODE_READ_REQUEST]: "RRQ",
  [OPCODE_WRITE_REQUEST]: "WRQ",
  [OPCODE_DATA]: "DATA",
  [OPCODE_ACKNOWLEDGEMENT]: "ACK",
  [OPCODE_ERROR]: "ERROR",
  [OPCODE_OPTION_ACKNOWLEDGEMENT]: "OACK",
};

/** Describes a message in one line for a log. Control characters are escaped. */
export function describeMessage(message: Uint8Array): string {
  const opcode = opcodeOf(message);
  const name = NAMES[opcode];
  if (name === undefined) {
    return `${message.length} bytes with an unknown opcode`;
  }
  if (opcode === OPCODE_DATA) {
    return `DATA ${numberOf(message)}, ${message.length - HEADER_BYTES} bytes`;
  }
  if (opcode === OPCODE_ACKNOWLEDGEMENT) {
    return `ACK ${numberOf(message)}`;
  }
  if (opcode === OPCODE_ERROR) {
    return `ERROR ${numberOf(message)} ${JSON.stringify(textsOf(message, HEADER_BYTES)[0] ?? "")}`;
  }
  return [name, ...textsOf(message).map((text) => JSON.stringify(text))].join(" ");
}

function numberAt(message: Uint8Array, at: number): number {
  return ((message[at] as number) << 8) | (message[at + 1] as number);
}
