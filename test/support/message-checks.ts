/**
 * Rules that hold for every message of an engine, whatever the case.
 */
import {
  ERROR_FILE_EXISTS,
  ERROR_OPTION_NEGOTIATION,
  HEADER_BYTES,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  OPCODE_READ_REQUEST,
} from "lockstep-tftp/engine";
import { numberOf, opcodeOf, textsOf } from "lockstep-tftp/simulated";
import { equal, ok } from "./assertions.js";

const OPCODE_BYTES = 2;

/** Throws if the engine must not send a message. */
export type MessageCheck = (packet: Uint8Array) => void;

/** A server sends DATA, ACK, ERROR and OACK; an ERROR has a code of RFC 1350 §5 and one text. */
export function checkServerMessage(packet: Uint8Array): void {
  checkOpcode(packet, OPCODE_DATA, OPCODE_OPTION_ACKNOWLEDGEMENT);
  checkError(packet, ERROR_FILE_EXISTS, "RFC 1350");
  if (opcodeOf(packet) === OPCODE_OPTION_ACKNOWLEDGEMENT) {
    checkTexts(packet, OPCODE_BYTES);
  }
}

/** A client sends requests, DATA, ACK and ERROR; an ERROR may also have the code of RFC 2347. */
export function checkClientMessage(packet: Uint8Array): void {
  checkOpcode(packet, OPCODE_READ_REQUEST, OPCODE_ERROR);
  checkError(packet, ERROR_OPTION_NEGOTIATION, "RFC 1350 or RFC 2347");
}

/** Every text from `start` on must be whole and printable. */
export function checkTexts(packet: Uint8Array, start: number): void {
  equal(packet[packet.length - 1], 0, "the byte that ends the last text");
  for (let index = start; index < packet.length; index++) {
    const byte = packet[index] as number;
    ok(byte === 0 || (byte >= 0x20 && byte < 0x7f), `byte ${byte} in a text is printable ASCII`);
  }
}

function checkOpcode(packet: Uint8Array, first: number, last: number): void {
  const opcode = opcodeOf(packet);
  ok(opcode >= first && opcode <= last, "the opcode is one that this end sends");
}

function checkError(packet: Uint8Array, lastCode: number, source: string): void {
  if (opcodeOf(packet) === OPCODE_ERROR) {
    ok(numberOf(packet) <= lastCode, `error code ${numberOf(packet)} is one of ${source}`);
    checkTexts(packet, HEADER_BYTES);
    equal(textsOf(packet, HEADER_BYTES).length, 1, "texts in an ERROR");
  }
}
