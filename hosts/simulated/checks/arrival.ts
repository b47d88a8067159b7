/**
 * The meaning of a datagram that arrives: which transfer it belongs to, and what it changes there.
 */
import {
  FIRST_LISTENER,
  HEADER_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  TFTP_PORT,
} from "../../../src/index.js";
import { numberOf, opcodeOf } from "../wire/messages.js";
import { readAskedRequest } from "./asked-request.js";
import { type Cause, causeOf } from "./cause.js";
import type { CheckContext } from "./check-context.js";
import type { Conversation, Meaning } from "./conversation.js";
import { goesOn } from "./rivals.js";

/** Whether a client can have this port: requests from port 0 or a server's port go unanswered. */
export function isClientPort(port: number): boolean {
  return port !== 0 && port !== TFTP_PORT;
}

/** Reads a datagram, and updates the transfer that it belongs to. */
export function readArrival(
  context: CheckContext,
  message: Uint8Array,
  localPort: number,
  address: string,
  port: number,
): Cause {
  const { conversations, limits, engine, call } = context;
  const from = { address, port, localPort };
  const opcode = opcodeOf(message);
  const isToListener = localPort >= FIRST_LISTENER;
  const ofClient = conversations.ofClient(address, port);
  const conversation = isToListener ? ofClient[0] : conversations.inSlot(localPort);
  if (message.length < HEADER_BYTES) {
    return { ...causeOf("nothing"), ...from };
  }
  if (!isToListener && (conversation?.address !== address || conversation.port !== port)) {
    const isAnswered = conversation !== undefined && opcode !== OPCODE_ERROR && isClientPort(port);
    return { ...causeOf(isAnswered ? "stranger" : "nothing"), ...from };
  }
  if (opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST) {
    const isHeard = isToListener && isClientPort(port) && engine.accepting;
    return isHeard
      ? { ...from, ...readRequestCause(message, conversation, call.now, goesOn(context, address, port)) }
      : { ...causeOf("nothing"), ...from };
  }
  if (conversation === undefined || (isToListener && !limits.singlePort)) {
    return { ...causeOf("nothing"), ...from };
  }
  const meaning = meaningWithin(conversation, message, opcode, call.now);
  return { ...causeOf("message"), ...from, conversation, meaning, block: numberOf(message) };
}

type RequestCause = Omit<Cause, "address" | "port" | "localPort">;

/** @param isIgnored whether a transfer of the client goes on, so that nothing changes for one beside it. */
function readRequestCause(
  message: Uint8Array,
  conversation: Conversation | undefined,
  now: number,
  isIgnored: boolean,
): RequestCause {
  const { kind, meaning, block } = causeOf("request");
  const asked = readAskedRequest(message);
  const isRepeated = asked !== undefined && conversation?.isBegunBy(asked, now) === true;
  if (isRepeated && !isIgnored) {
    conversation.repeatRequest(asked, now);
  }
  return { kind, meaning, block, asked, conversation: isRepeated ? conversation : undefined };
}

function meaningWithin(conversation: Conversation, message: Uint8Array, opcode: number, now: number): Meaning {
  if (opcode === OPCODE_ERROR) {
    return "ends";
  }
  if (opcode === OPCODE_ACKNOWLEDGEMENT) {
    return conversation.takeAcknowledgement(message, now);
  }
  return opcode === OPCODE_DATA ? conversation.takeData(message, now) : "nothing";
}
