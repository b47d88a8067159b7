/**
 * Checks the content of a message: the right block, the file's bytes, the agreed options, a plain text.
 */
import {
  HEADER_BYTES,
  MAX_PACKET_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
} from "../../../src/index.js";
import { equalBytes } from "../wire/bytes.js";
import { describeMessage, numberOf, opcodeOf, optionsOf, textsOf } from "../wire/messages.js";
import { isClientPort } from "./arrival.js";
import type { Cause } from "./cause.js";
import type { Conversation } from "./conversation.js";
import { violated } from "./violation.js";

const MAX_ERROR_TEXT_BYTES = 64;
/** RFC 2347 has the last code. */
const MAX_ERROR_CODE = 8;
const BLOCK_NUMBER_MASK = 0xffff;

/** Checks a message's length and the port that it goes to. */
export function checkEnvelope(message: Uint8Array, port: number): void {
  if (message.length > MAX_PACKET_BYTES || message.length < HEADER_BYTES) {
    violated(`A message of ${message.length} bytes was sent`);
  }
  if (!isClientPort(port)) {
    violated(`${describeMessage(message)} was sent to port ${port}, which no client has`);
  }
}

/** Checks DATA, ACK or OACK. `isFirst` is false for every block of a window but its first. */
export function checkContent(conversation: Conversation, message: Uint8Array, isFirst: boolean, cause: Cause): void {
  const opcode = opcodeOf(message);
  if (opcode === OPCODE_DATA) {
    checkData(conversation, message, isFirst);
  } else if (opcode === OPCODE_ACKNOWLEDGEMENT) {
    checkAcknowledgement(conversation, message, cause);
  } else if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT) {
    checkOptionAcknowledgement(conversation, message);
  } else {
    violated(`${describeMessage(message)} was sent, which a server never sends`);
  }
}

/** Checks an ERROR: its text is short and printable, and tells nothing about the machine. */
export function checkErrorText(message: Uint8Array): void {
  const [text, ...more] = textsOf(message, HEADER_BYTES);
  if (text === undefined || more.length > 0 || message.length !== HEADER_BYTES + text.length + 1) {
    violated("An ERROR was sent whose text does not end with its only zero byte");
  }
  if (message.length > HEADER_BYTES + MAX_ERROR_TEXT_BYTES || !/^[ -~]*$/.test(text) || /[/\\]/.test(text)) {
    violated(`${describeMessage(message)} was sent, whose text is too long, not printable, or holds a path`);
  }
  if (numberOf(message) > MAX_ERROR_CODE) {
    violated(`${describeMessage(message)} was sent, whose code is unknown`);
  }
}

/** Checks a transfer that the engine reports as completed. */
export function checkCompleted(conversation: Conversation, maxSizeBytes: number): void {
  if (!conversation.isComplete) {
    violated(`A transfer ended as completed after block ${conversation.confirmed}, which is not the last`);
  }
  if (!conversation.isUpload) {
    return;
  }
  const { file } = conversation;
  if (file.known.length > maxSizeBytes) {
    violated(`An upload of ${file.known.length} bytes was taken; ${maxSizeBytes} are allowed`);
  }
  if (!file.isWhole || !equalBytes(conversation.receivedContent, file.known.part(0, file.known.length))) {
    violated(`The upload of ${JSON.stringify(file.name)} was acknowledged, and other bytes were stored`);
  }
}

function checkData(conversation: Conversation, message: Uint8Array, isFirst: boolean): void {
  const { agreement } = conversation;
  if (conversation.isUpload || (conversation.isOffered && !conversation.isAnswered)) {
    violated(`${describeMessage(message)} was sent before its time`);
  }
  const block = isFirst ? conversation.confirmed + 1 : conversation.lastSent + 1;
  if (numberOf(message) !== (block & BLOCK_NUMBER_MASK) || block > conversation.confirmed + agreement.windowSize) {
    violated(
      `${describeMessage(message)} was sent; block ${block} was next, and block ${conversation.confirmed} is confirmed`,
    );
  }
  if (!isFirst && conversation.lastBlock === block - 1) {
    violated(`${describeMessage(message)} was sent after the last block`);
  }
  const payload = message.subarray(HEADER_BYTES);
  if (!equalBytes(payload, conversation.payloadOf(block))) {
    violated(`${describeMessage(message)} does not carry what the file has there`);
  }
  const isLast = payload.length < agreement.blockSizeBytes;
  if (isLast && !conversation.endsWith(block)) {
    violated(`${describeMessage(message)} ends a file that goes on`);
  }
  conversation.lastSent = block;
  conversation.sentUpTo = Math.max(conversation.sentUpTo, block);
  if (isLast) {
    conversation.lastBlock = block;
  }
}

function checkAcknowledgement(conversation: Conversation, message: Uint8Array, { kind, meaning }: Cause): void {
  if (!conversation.isUpload) {
    violated(`${describeMessage(message)} was sent to a client that downloads`);
  }
  const isToData = meaning === "ahead" || meaning === "repeated";
  if (conversation.isOffered && !conversation.isAnswered && !isToData) {
    violated(`${describeMessage(message)} was sent where an OACK belongs`);
  }
  const isRepeated = kind === "message" && meaning === "repeated";
  const block = isRepeated ? conversation.sentUpTo : conversation.confirmed;
  if (conversation.isComplete && block === conversation.confirmed && !conversation.file.isWhole) {
    violated(`${describeMessage(message)} was sent before the storage had the file`);
  }
  if (numberOf(message) !== (block & BLOCK_NUMBER_MASK)) {
    violated(`${describeMessage(message)} was sent; block ${block} is the one to acknowledge`);
  }
  conversation.sentUpTo = block;
}

function checkOptionAcknowledgement(conversation: Conversation, message: Uint8Array): void {
  if (conversation.isAnswered) {
    violated(`${describeMessage(message)} was sent after the transfer had started`);
  }
  const expected = conversation.agreement.acknowledged;
  const isExpected = JSON.stringify(optionsOf(message)) === JSON.stringify(expected);
  if (!isExpected || expected.length === 0 || message[message.length - 1] !== 0) {
    violated(`${describeMessage(message)} was sent; the OACK is ${JSON.stringify(expected)}`);
  }
}
