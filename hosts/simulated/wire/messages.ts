/**
 * TFTP's messages, made and read as a client does it (RFC 1350 §5, RFC 2347), apart from the engine's own code.
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
import { bytesOf, textOf } from "./bytes.js";

/** The modes of RFC 1350 §1 that are in use. */
export type TransferMode = "octet" | "netascii";

/** Options as they stand in a message: names and values in their order. */
export type OptionPairs = readonly (readonly [name: string, value: string])[];

/** A read request. Texts have one byte a character. */
export function readRequest(name: string, mode: string, options: OptionPairs = []): Uint8Array {
  return withTexts(OPCODE_READ_REQUEST, [name, mode, ...options.flat()]);
}

/** A write request. Texts have one byte a character. */
export function writeRequest(name: string, mode: string, options: OptionPairs = []): Uint8Array {
  return withTexts(OPCODE_WRITE_REQUEST, [name, mode, ...options.flat()]);
}

/**
 * A block of a file.
 *
 * @param block counted without wrapping.
 */
export function dataMessage(block: number, payload: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(message, OPCODE_DATA, block);
  message.set(payload, HEADER_BYTES);
  return message;
}

/**
 * An ACK.
 *
 * @param block counted without wrapping.
 */
export function acknowledgement(block: number): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES);
  writeHeader(message, OPCODE_ACKNOWLEDGEMENT, block);
  return message;
}

/** An ERROR (RFC 1350 §5). The text has one byte a character. */
export function errorMessage(code: number, text: string): Uint8Array {
  const texts = withTexts(0, [text]);
  const message = new Uint8Array(texts.length + 2);
  message.set(texts, 2);
  writeHeader(message, OPCODE_ERROR, code);
  return message;
}

/** The first two bytes, or -1. */
export function opcodeOf(message: Uint8Array): number {
  return message.length < 2 ? -1 : numberAt(message, 0);
}

/** The block number or error code, or -1. */
export function blockOf(message: Uint8Array): number {
  return message.length < HEADER_BYTES ? -1 : numberAt(message, 2);
}

/** All whole texts behind the opcode; what has no zero byte behind it does not count. */
export function textsOf(message: Uint8Array): string[] {
  return textOf(message.subarray(2)).split("\0").slice(0, -1);
}

/** The options of an OACK. */
export function optionsOf(message: Uint8Array): [name: string, value: string][] {
  const texts = textsOf(message);
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) {
    pairs.push([texts[index] as string, texts[index + 1] as string]);
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

/** What a message says, in one line for a log. Control characters are shown escaped. */
export function describeMessage(message: Uint8Array): string {
  const opcode = opcodeOf(message);
  const name = NAMES[opcode];
  if (name === undefined) {
    return `${message.length} bytes of no known opcode`;
  }
  if (opcode === OPCODE_DATA) {
    return `DATA ${blockOf(message)}, ${message.length - HEADER_BYTES} bytes`;
  }
  if (opcode === OPCODE_ACKNOWLEDGEMENT) {
    return `ACK ${blockOf(message)}`;
  }
  if (opcode === OPCODE_ERROR) {
    return `ERROR ${blockOf(message)} ${JSON.stringify(textsOf(message.subarray(2))[0] ?? "")}`;
  }
  return `${name} ${textsOf(message)
    .map((text) => JSON.stringify(text))
    .join(" ")}`;
}

function withTexts(opcode: number, texts: readonly string[]): Uint8Array {
  const message = bytesOf(`\0\0${texts.map((text) => `${text}\0`).join("")}`);
  message[1] = opcode;
  return message;
}

function writeHeader(message: Uint8Array, opcode: number, block: number): void {
  message[1] = opcode;
  message[2] = block >> 8;
  message[3] = block;
}

function numberAt(message: Uint8Array, at: number): number {
  return ((message[at] as number) << 8) | (message[at + 1] as number);
}
