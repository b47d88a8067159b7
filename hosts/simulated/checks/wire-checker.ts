/**
 * Watches a server's messages and its reports, and knows which of them may be: nothing leaves that the documents do not
 * allow at that moment, and what they demand does leave. It keeps its own account of every transfer, from the messages
 * alone, and compares.
 */
import {
  ERROR_UNKNOWN_TRANSFER_ID,
  FIRST_LISTENER,
  HEADER_BYTES,
  MAX_PACKET_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  OUTCOME_COMPLETED,
  type Outcome,
  type TransferView,
} from "../../../src/index.js";
import { equalBytes } from "../wire/bytes.js";
import { blockOf, describeMessage, opcodeOf, optionsOf, textsOf } from "../wire/messages.js";
import { decodeNetascii } from "../wire/netascii.js";
import { type AskedRequest, readAskedRequest } from "./asked-request.js";
import type { CheckedStorage } from "./checked-storage.js";
import { Conversation, type Meaning } from "./conversation.js";
import { SentLedger } from "./sent-ledger.js";
import { violated } from "./violation.js";

/** The server's limits, as the checker needs them. Times in milliseconds. */
export interface CheckedLimits {
  /** Whether all transfers share the listening port. */
  readonly singlePort: boolean;
  /** How many transfers there can be at once. */
  readonly maxTransfers: number;
  /** The largest window, in blocks. */
  readonly maxWindowSize: number;
  /** The largest upload, in bytes. */
  readonly maxSizeBytes: number;
  /** The shortest wait before anything is repeated, without a negotiated one. */
  readonly shortestIntervalMs: number;
  /** A transfer without progress ends after so long. */
  readonly giveUpMs: number;
  /** A finished upload repeats its last ACK for so long. */
  readonly lingerMs: number;
}

/** What the engine says of itself between two calls. */
export interface EngineState {
  /** Slots that nobody has. */
  readonly free: number;
  /** Slots that are taken, lingering ones included. */
  readonly used: number;
  /** Transfers that are not finished yet. */
  readonly running: number;
  /** When `poll` is needed, in the engine's time. */
  readonly nextAt: number;
  /** Whether requests are answered. */
  readonly accepting: boolean;
}

/** Why the engine is at work: the call it is in. */
interface Cause {
  readonly kind: "request" | "message" | "stranger" | "poll" | "stop" | "nothing";
  readonly address: string;
  readonly port: number;
  readonly localPort: number;
  readonly asked: AskedRequest | undefined;
  readonly conversation: Conversation | undefined;
  readonly meaning: Meaning;
  /** The block number of the message, where it has one. */
  readonly block: number;
}

const MAX_UNANSWERED_REPEATS = 2;
const MAX_ERROR_TEXT_BYTES = 64;
const BLOCK_NUMBER_MASK = 0xffff;
/** A client with a long interval of its own is given so many of them. */
const FIXED_INTERVALS = 3;

/** Watches a server's messages, and ends the run when one must not be. */
export class WireChecker {
  private readonly conversations = new Map<string, Conversation>();
  private readonly bySlot: (Conversation | undefined)[] = [];
  private readonly ledger: SentLedger;
  private cause: Cause = causeOf("nothing");
  /** Numbers the engine's calls. */
  private call = 0;
  private now = 0;
  private messagesInCall = 0;
  private errorsInCall = 0;
  /** The clock went back, and no `poll` has seen that yet: waits may be longer, once. */
  private wentBack = false;
  /** By how much: the jump, but never more than the time after which a transfer is given up. */
  private longerMs = 0;

  constructor(
    private readonly limits: CheckedLimits,
    private readonly storage: CheckedStorage,
    private readonly engine: EngineState,
  ) {
    this.ledger = new SentLedger(limits);
  }

  /** A datagram is about to be given to the engine. */
  receives(message: Uint8Array, localPort: number, address: string, port: number, now: number): void {
    this.begins(now);
    this.ledger.received(address, port, message);
    this.cause = this.meaningOf(message, localPort, address, port);
  }

  /** `poll` is about to be called. */
  polls(now: number): void {
    this.begins(now);
    this.cause = causeOf("poll");
  }

  /** `stop` is about to be called. */
  stops(now: number): void {
    this.begins(now);
    this.cause = causeOf("stop");
  }

  /** The host's clock goes back: waits may become longer, once. */
  clockWentBack(byMs: number): void {
    this.wentBack = true;
    this.longerMs = Math.min(this.longerMs + byMs, this.limits.giveUpMs);
  }

  /** The engine has done its call. */
  returned(): void {
    this.checkDemands();
    if (this.cause.kind === "poll" && this.wentBack) {
      for (const conversation of this.conversations.values()) {
        conversation.progressAt = this.now;
        conversation.waitsSince = this.now;
        conversation.longerMs = this.longerMs;
      }
      this.wentBack = false;
      this.longerMs = 0;
    }
    this.checkPool();
    this.checkDeadlines();
    this.cause = causeOf("nothing");
  }

  /** The engine reports a new transfer. */
  started(view: TransferView): void {
    const { asked } = this.cause;
    const file = this.storage.lastOpened;
    if (this.cause.kind !== "request" || asked === undefined || file === undefined) {
      violated("A transfer began without a request");
    }
    if (view.name !== asked.name || view.isUpload !== asked.isUpload || file.name !== asked.name) {
      violated(`A transfer of ${JSON.stringify(view.name)} began, and ${JSON.stringify(asked.name)} was asked for`);
    }
    if (asked.isUpload && (asked.options.get("tsize") ?? 0) > this.limits.maxSizeBytes) {
      violated("An upload began whose announced size is not allowed");
    }
    const address = String(view.address);
    const key = keyOf(address, view.port);
    const left = this.conversations.get(key);
    if (left !== undefined && !left.isLingering) {
      violated("A second transfer began for one client port");
    }
    const { maxWindowSize } = this.limits;
    const conversation = new Conversation(asked, file, view.slot, address, view.port, maxWindowSize, this.now);
    this.conversations.set(key, conversation);
    this.bySlot[view.slot] = conversation;
  }

  /** The engine reports that a transfer is over. */
  ended(view: TransferView, outcome: Outcome): void {
    const conversation = this.bySlot[view.slot];
    if (conversation === undefined || conversation.isLingering || conversation.port !== view.port) {
      violated(`The transfer in slot ${view.slot} ended, and there was none`);
    }
    if (outcome === OUTCOME_COMPLETED) {
      checkCompleted(conversation, this.limits.maxSizeBytes);
    }
    if (outcome === OUTCOME_COMPLETED && conversation.isUpload) {
      conversation.isLingering = true;
      conversation.progressAt = this.now;
      conversation.longerMs = 0;
    } else {
      this.forget(conversation);
    }
  }

  /** The engine closes the port of a slot: nobody has the slot any more. */
  closed(slot: number): void {
    const conversation = this.bySlot[slot];
    if (conversation !== undefined) {
      if (!conversation.isLingering) {
        violated(`The port of slot ${slot} was closed while its transfer was running`);
      }
      this.forget(conversation);
    }
  }

  /** The engine sends a message. `message` is good during the call only. */
  sends(message: Uint8Array, localPort: number, address: string, port: number): void {
    this.messagesInCall++;
    if (message.length > MAX_PACKET_BYTES || message.length < HEADER_BYTES) {
      violated(`A message of ${message.length} bytes was sent`);
    }
    if (port === 0 || port === 69) {
      violated(`${describeMessage(message)} was sent to port ${port}, which no client has`);
    }
    if (opcodeOf(message) === OPCODE_ERROR) {
      this.checkError(message, localPort, address, port);
    } else {
      this.checkMessage(message, localPort, address, port);
    }
    this.ledger.sent(address, port, message);
  }

  /** DATA, ACK or OACK: there is a transfer, it is its turn, and the message is the right one. */
  private checkMessage(message: Uint8Array, localPort: number, address: string, port: number): void {
    const conversation = this.conversations.get(keyOf(address, port));
    if (conversation === undefined || conversation.slot !== this.slotOf(conversation, localPort)) {
      violated(`${describeMessage(message)} was sent to ${address}:${port}, which has no transfer there`);
    }
    const isFirst = conversation.sentInCall !== this.call;
    if (isFirst) {
      this.checkOccasion(conversation, message);
    } else if (opcodeOf(message) !== OPCODE_DATA) {
      violated(`${describeMessage(message)} was the second message to one peer in one call`);
    }
    conversation.sentInCall = this.call;
    if (this.cause.meaning !== "repeated") {
      conversation.waitsSince = this.now;
    }
    this.checkContent(conversation, message, isFirst);
  }

  private begins(now: number): void {
    this.call++;
    this.now = now;
    this.messagesInCall = 0;
    this.errorsInCall = 0;
    this.storage.lastOpened = undefined;
    this.storage.lastRefusal = 0;
  }

  private forget(conversation: Conversation): void {
    if (this.bySlot[conversation.slot] === conversation) {
      this.bySlot[conversation.slot] = undefined;
    }
    const key = keyOf(conversation.address, conversation.port);
    if (this.conversations.get(key) === conversation) {
      this.conversations.delete(key);
    }
  }

  private slotOf(conversation: Conversation, localPort: number): number {
    return this.limits.singlePort && localPort >= FIRST_LISTENER ? conversation.slot : localPort;
  }

  /** What a datagram means: who sent it, to which transfer, and what it changes there. */
  private meaningOf(message: Uint8Array, localPort: number, address: string, port: number): Cause {
    const from = { address, port, localPort };
    const opcode = opcodeOf(message);
    const isClient = port !== 0 && port !== 69;
    const conversation =
      localPort < FIRST_LISTENER ? this.bySlot[localPort] : this.conversations.get(keyOf(address, port));
    if (message.length < HEADER_BYTES) {
      return { ...causeOf("nothing"), ...from };
    }
    if (localPort < FIRST_LISTENER && (conversation?.address !== address || conversation.port !== port)) {
      const isAnswered = conversation !== undefined && opcode !== OPCODE_ERROR && isClient;
      return { ...causeOf(isAnswered ? "stranger" : "nothing"), ...from };
    }
    if (opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST) {
      const isHeard = localPort >= FIRST_LISTENER && isClient && this.engine.accepting;
      return isHeard
        ? this.requested(message, localPort, address, port, conversation)
        : { ...causeOf("nothing"), ...from };
    }
    if (conversation === undefined || (localPort >= FIRST_LISTENER && !this.limits.singlePort)) {
      return { ...causeOf("nothing"), ...from };
    }
    const meaning = this.meaningWithin(conversation, message, opcode);
    return { ...causeOf("message"), ...from, conversation, meaning, block: blockOf(message) };
  }

  private requested(
    message: Uint8Array,
    localPort: number,
    address: string,
    port: number,
    conversation: Conversation | undefined,
  ): Cause {
    const asked = readAskedRequest(message);
    const isRepeated = asked !== undefined && conversation?.isBegunBy(asked) === true;
    if (isRepeated) {
      conversation.askedAgain(asked, this.now);
    }
    return {
      ...causeOf("request"),
      address,
      port,
      localPort,
      asked,
      conversation: isRepeated ? conversation : undefined,
    };
  }

  private meaningWithin(conversation: Conversation, message: Uint8Array, opcode: number): Meaning {
    let meaning: Meaning = "nothing";
    if (opcode === OPCODE_ERROR) {
      return "ends";
    }
    if (opcode === OPCODE_ACKNOWLEDGEMENT) {
      meaning = conversation.acknowledged(message, this.now);
    } else if (opcode === OPCODE_DATA) {
      meaning = conversation.received(message, this.now);
    }
    if (meaning === "advances") {
      this.ledger.acknowledged(conversation.address, conversation.port);
    }
    return meaning;
  }

  /** Whether anything at all may be sent to this peer at this moment. */
  private checkOccasion(conversation: Conversation, message: Uint8Array): void {
    const { kind, meaning } = this.cause;
    if (kind === "poll") {
      this.checkRepetition(conversation, message);
      return;
    }
    const isPeer = this.cause.address === conversation.address && this.cause.port === conversation.port;
    const isAnswer =
      kind === "request" ||
      (kind === "message" &&
        (meaning === "advances" || (conversation.isUpload && (meaning === "repeated" || meaning === "ahead"))));
    if (!isPeer || !isAnswer) {
      violated(`${describeMessage(message)} was sent, and nothing that arrived was a reason for it`);
    }
  }

  /** The timer repeats a message: not too early, and DATA not too often before the peer has shown that it is there. */
  private checkRepetition(conversation: Conversation, message: Uint8Array): void {
    if (conversation.isLingering) {
      violated(`${describeMessage(message)} was repeated by the timer after the transfer was over`);
    }
    const shortestMs = conversation.agreement.timeoutMs ?? this.limits.shortestIntervalMs;
    const waitedMs = this.now - conversation.waitsSince;
    if (waitedMs < shortestMs && conversation.longerMs === 0 && !this.wentBack) {
      violated(`${describeMessage(message)} was repeated after ${waitedMs} ms; the least is ${shortestMs} ms`);
    }
    const isData = opcodeOf(message) === OPCODE_DATA;
    if (isData && !conversation.isAnswered && ++conversation.unansweredRepeats > MAX_UNANSWERED_REPEATS) {
      violated(`${describeMessage(message)} was repeated more than twice to a peer that never answered`);
    }
  }

  private checkContent(conversation: Conversation, message: Uint8Array, isFirst: boolean): void {
    const opcode = opcodeOf(message);
    if (opcode === OPCODE_DATA) {
      checkData(conversation, message, isFirst);
    } else if (opcode === OPCODE_ACKNOWLEDGEMENT) {
      this.checkAcknowledgement(conversation, message);
    } else if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT) {
      checkOffer(conversation, message);
    } else {
      violated(`${describeMessage(message)} was sent, which a server never sends`);
    }
  }

  private checkAcknowledgement(conversation: Conversation, message: Uint8Array): void {
    if (!conversation.isUpload) {
      violated(`${describeMessage(message)} was sent to a client that fetches`);
    }
    const isToData = this.cause.meaning === "ahead" || this.cause.meaning === "repeated";
    if (conversation.isOffered && !conversation.isAnswered && !isToData) {
      violated(`${describeMessage(message)} was sent where an OACK belongs`);
    }
    const isRepeated = this.cause.kind === "message" && this.cause.meaning === "repeated";
    const block = isRepeated ? conversation.sentUpTo : conversation.confirmed;
    if (blockOf(message) !== (block & BLOCK_NUMBER_MASK)) {
      violated(`${describeMessage(message)} was sent, and block ${block} is the one to acknowledge`);
    }
    conversation.sentUpTo = block;
  }

  private checkError(message: Uint8Array, localPort: number, address: string, port: number): void {
    const { kind } = this.cause;
    this.errorsInCall++;
    checkErrorText(message);
    const isToCause = this.cause.address === address && this.cause.port === port;
    if (kind === "stranger") {
      if (!isToCause || localPort !== this.cause.localPort || blockOf(message) !== ERROR_UNKNOWN_TRANSFER_ID) {
        violated(`${describeMessage(message)} was sent to ${address}:${port}, and a stranger was to get ERROR 5`);
      }
      return;
    }
    const conversation = this.conversations.get(keyOf(address, port));
    const isRefusal = kind === "request" && isToCause && localPort === this.cause.localPort;
    const isEnd =
      conversation !== undefined &&
      !conversation.isLingering &&
      conversation.slot === this.slotOf(conversation, localPort) &&
      (kind === "poll" || kind === "stop" || isToCause) &&
      this.mayFail(conversation);
    if (!isRefusal && !isEnd) {
      violated(`${describeMessage(message)} was sent to ${address}:${port} without a reason`);
    }
  }

  /** Whether there is a reason to break a transfer off. */
  private mayFail(conversation: Conversation): boolean {
    const { kind, meaning } = this.cause;
    return (
      kind === "stop" ||
      this.storage.lastRefusal !== 0 ||
      meaning === "too large" ||
      (conversation.isUpload && this.sizeOf(conversation) > this.limits.maxSizeBytes)
    );
  }

  private sizeOf(conversation: Conversation): number {
    const { length } = conversation.payloads;
    return conversation.asked.isNetascii ? decodeNetascii(conversation.payloads.part(0, length)).length : length;
  }

  /** What had to be sent in this call. */
  private checkDemands(): void {
    const { kind, meaning, conversation } = this.cause;
    if (kind === "nothing" && this.messagesInCall > 0) {
      violated("Something was sent where silence was due");
    }
    if (kind === "stranger" && this.messagesInCall !== 1) {
      violated(`A stranger got ${this.messagesInCall} answers instead of one`);
    }
    if (kind === "stop" && this.engine.used > 0) {
      violated(`The server was stopped, and ${this.engine.used} slots are still used`);
    }
    if (kind === "request") {
      this.checkRequestAnswered();
    }
    if (kind === "message" && conversation !== undefined) {
      this.checkMessageAnswered(conversation, meaning);
    }
    for (const each of this.conversations.values()) {
      if (each.sentInCall === this.call && !each.isUpload) {
        checkWindowFull(each);
      }
    }
  }

  private checkRequestAnswered(): void {
    const { asked, conversation, address, port } = this.cause;
    const mustRefuse = asked?.name === undefined || (this.storage.lastOpened === undefined && this.isRefusedAloud());
    if (conversation === undefined && mustRefuse && this.errorsInCall !== 1) {
      violated("A request that had to be refused got no ERROR");
    }
    const current = this.conversations.get(keyOf(address, port));
    if (current !== undefined && !current.isLingering && current.sentInCall !== this.call && this.errorsInCall === 0) {
      violated("A request that was accepted got no answer");
    }
  }

  private isRefusedAloud(): boolean {
    const refusal = this.storage.lastRefusal;
    return refusal < 0 && ~refusal <= BLOCK_NUMBER_MASK - 1;
  }

  private checkMessageAnswered(conversation: Conversation, meaning: Meaning): void {
    const isAnswered = conversation.sentInCall === this.call || this.errorsInCall > 0;
    const isCertain = !conversation.isLingering || !this.limits.singlePort;
    const isRepeated = meaning === "repeated" && this.cause.block === (conversation.sentUpTo & BLOCK_NUMBER_MASK);
    const isWindowFull = conversation.confirmed - conversation.sentUpTo >= conversation.agreement.windowSize;
    const mustAnswer = conversation.isUpload
      ? (meaning === "advances" && (conversation.isComplete || isWindowFull)) ||
        meaning === "too large" ||
        (isRepeated && isCertain)
      : meaning === "advances" && !conversation.isComplete;
    if (mustAnswer && !isAnswered) {
      violated("A message that had to be answered was not");
    }
    if (meaning === "ends") {
      this.checkEnded(conversation);
    }
    const isForgotten = this.bySlot[conversation.slot] !== conversation;
    if (conversation.isComplete && meaning === "advances" && !isForgotten && !conversation.isLingering) {
      violated("The last block is through, and the transfer is still there");
    }
  }

  /** An ERROR from the peer frees the slot at once. Whether a lingering one is free, one port for all does not tell. */
  private checkEnded(conversation: Conversation): void {
    if (conversation.isLingering) {
      this.forget(conversation);
    } else if (this.bySlot[conversation.slot] === conversation) {
      violated("The peer sent an ERROR, and its transfer is still there");
    }
  }

  private checkPool(): void {
    const { free, used, running } = this.engine;
    if (free < 0 || used < 0 || free + used !== this.limits.maxTransfers) {
      violated(`${free} slots are free and ${used} are used, of ${this.limits.maxTransfers}`);
    }
    let expected = 0;
    for (const conversation of this.conversations.values()) {
      expected += conversation.isLingering ? 0 : 1;
    }
    if (running !== expected) {
      violated(`The engine says that ${running} transfers run, and there are ${expected}`);
    }
    if (this.storage.openCount !== running) {
      violated(`${this.storage.openCount} files are open for ${running} transfers`);
    }
  }

  /** Nobody stays past its limit, and `nextAt` is never later than what is due. */
  private checkDeadlines(): void {
    if (this.wentBack) {
      return;
    }
    for (const conversation of this.conversations.values()) {
      const endsAt = conversation.progressAt + conversation.longerMs + this.limitOf(conversation);
      const canBeGone = conversation.isLingering && this.limits.singlePort;
      if (canBeGone) {
        if (this.cause.kind === "poll" && endsAt <= this.now) {
          this.forget(conversation);
        }
        continue;
      }
      if (this.cause.kind === "poll" && endsAt <= this.now) {
        violated(`A transfer is still there ${this.now - conversation.progressAt} ms after its last progress`);
      }
      if (this.engine.nextAt > this.dueAt(conversation, endsAt)) {
        violated(`The engine wants to be called at ${this.engine.nextAt}, and something is due before`);
      }
    }
  }

  private limitOf(conversation: Conversation): number {
    const leastMs = conversation.isLingering ? this.limits.lingerMs : this.limits.giveUpMs;
    return Math.max(leastMs, FIXED_INTERVALS * (conversation.agreement.timeoutMs ?? 0));
  }

  /** When a transfer needs the engine at the latest; a negotiated interval is kept exactly. */
  private dueAt(conversation: Conversation, endsAt: number): number {
    const { timeoutMs } = conversation.agreement;
    const isUnansweredData = !conversation.isAnswered && !conversation.isOffered && !conversation.isUpload;
    const isSilent = conversation.isLingering || isUnansweredData;
    return timeoutMs === undefined || isSilent
      ? endsAt
      : Math.min(endsAt, conversation.waitsSince + conversation.longerMs + timeoutMs);
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function causeOf(kind: Cause["kind"]): Cause {
  return {
    kind,
    address: "",
    port: -1,
    localPort: FIRST_LISTENER,
    asked: undefined,
    conversation: undefined,
    meaning: "nothing",
    block: -1,
  };
}

function checkData(conversation: Conversation, message: Uint8Array, isFirst: boolean): void {
  const { agreement } = conversation;
  if (conversation.isUpload || (conversation.isOffered && !conversation.isAnswered)) {
    violated(`${describeMessage(message)} was sent before its time`);
  }
  const block = isFirst ? conversation.confirmed + 1 : conversation.sentUpTo + 1;
  if (blockOf(message) !== (block & BLOCK_NUMBER_MASK) || block > conversation.confirmed + agreement.windowSize) {
    violated(
      `${describeMessage(message)} was sent, and block ${block} was next, ${conversation.confirmed} being confirmed`,
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
  conversation.sentUpTo = block;
  conversation.lastBlock = isLast ? block : -1;
}

function checkWindowFull(conversation: Conversation): void {
  const { confirmed, sentUpTo, lastBlock, agreement } = conversation;
  const isData = conversation.isAnswered || !conversation.isOffered;
  if (isData && sentUpTo !== lastBlock && sentUpTo !== confirmed + agreement.windowSize) {
    violated(`A window ended with block ${sentUpTo}; it begins after block ${confirmed}`);
  }
}

function checkOffer(conversation: Conversation, message: Uint8Array): void {
  if (conversation.isAnswered) {
    violated(`${describeMessage(message)} was sent after the transfer had begun`);
  }
  const expected = conversation.agreement.acknowledged;
  const isExpected = JSON.stringify(optionsOf(message)) === JSON.stringify(expected);
  if (!isExpected || expected.length === 0 || message[message.length - 1] !== 0) {
    violated(`${describeMessage(message)} was sent, and the OACK is ${JSON.stringify(expected)}`);
  }
}

/** Texts are short, printable, and tell nothing of this machine. */
function checkErrorText(message: Uint8Array): void {
  const [text, ...more] = textsOf(message.subarray(2));
  if (text === undefined || more.length > 0 || message.length !== HEADER_BYTES + text.length + 1) {
    violated("An ERROR was sent whose text does not end with its only zero byte");
  }
  if (message.length > HEADER_BYTES + MAX_ERROR_TEXT_BYTES || !/^[ -~]*$/.test(text) || /[/\\]/.test(text)) {
    violated(`${describeMessage(message)} was sent, whose text is too long, not printable, or holds a path`);
  }
  if (blockOf(message) > 8) {
    violated(`${describeMessage(message)} was sent, whose code is not known`);
  }
}

/** What the engine calls complete is complete. */
function checkCompleted(conversation: Conversation, maxSizeBytes: number): void {
  if (!conversation.isComplete) {
    violated(`A transfer ended as completed after block ${conversation.confirmed}, which is not the last`);
  }
  if (!conversation.isUpload) {
    return;
  }
  const { payloads, file } = conversation;
  if (file.known.length > maxSizeBytes) {
    violated(`An upload of ${file.known.length} bytes was taken; ${maxSizeBytes} are allowed`);
  }
  const wire = payloads.part(0, payloads.length);
  const meant = conversation.asked.isNetascii ? decodeNetascii(wire) : wire;
  if (!file.isWhole || !equalBytes(meant, file.known.part(0, file.known.length))) {
    violated(`The upload of ${JSON.stringify(file.name)} was acknowledged, and other bytes were stored`);
  }
}
