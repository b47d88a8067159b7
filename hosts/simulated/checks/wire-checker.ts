/**
 * Watches a server's messages and reports: nothing may leave that the documents do not allow at that moment, and what
 * they demand must leave. The checker keeps an account of every transfer from the messages alone, and compares.
 *
 * Each engine call goes through four questions, one file each: is there an occasion to send, is the content right, was
 * everything sent that had to be, and are slots and deadlines in order.
 */
import {
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  OUTCOME_COMPLETED,
  type Outcome,
  type TransferView,
} from "../../../src/index.js";
import { describeMessage, opcodeOf } from "../wire/messages.js";
import { readArrival } from "./arrival.js";
import { type Cause, causeOf } from "./cause.js";
import { type CheckContext, type CheckedLimits, type EngineState, slotOf } from "./check-context.js";
import type { CheckedStorage } from "./checked-storage.js";
import { checkCompleted, checkContent, checkEnvelope, checkErrorText } from "./content.js";
import { Conversation } from "./conversation.js";
import { Conversations } from "./conversations.js";
import { DeadlineCheck } from "./deadlines.js";
import { checkDemands } from "./demands.js";
import { OccasionCheck } from "./occasion.js";
import { checkPlace, checkSuperseded } from "./rivals.js";
import { SentLedger } from "./sent-ledger.js";
import { violated } from "./violation.js";

/** Watches a server's messages, and ends the run with a violation when one is wrong. */
export class WireChecker {
  private readonly context: CheckContext;
  private readonly occasion: OccasionCheck;
  private readonly deadlines: DeadlineCheck;
  private readonly ledger: SentLedger;

  constructor(limits: CheckedLimits, storage: CheckedStorage, engine: EngineState) {
    const call = { number: 0, now: 0, cause: causeOf("nothing"), messages: 0, errors: 0 };
    this.context = { limits, storage, engine, conversations: new Conversations(), call };
    this.deadlines = new DeadlineCheck(this.context);
    this.occasion = new OccasionCheck(this.context, () => this.deadlines.isClockBehind);
    this.ledger = new SentLedger(limits);
  }

  /** A datagram is about to be given to the engine. */
  receives(message: Uint8Array, localPort: number, address: string, port: number, now: number): void {
    this.begin(now);
    const opcode = opcodeOf(message);
    this.ledger.countReceived(address, port, opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST);
    const cause = readArrival(this.context, message, localPort, address, port);
    if (cause.meaning === "advances") {
      this.ledger.countAcknowledged(address, port);
    }
    this.context.call.cause = cause;
  }

  /** `poll` is about to be called. */
  polls(now: number): void {
    this.begin(now);
    this.context.call.cause = causeOf("poll");
  }

  /** `resumeCommits` is about to be called. */
  resumes(now: number): void {
    this.begin(now);
    this.context.call.cause = causeOf("resume");
  }

  /** `stop` is about to be called. */
  stops(now: number): void {
    this.begin(now);
    this.context.call.cause = causeOf("stop");
  }

  /** The host's clock goes back: waits may become longer, once. */
  clockWentBack(byMs: number): void {
    this.deadlines.setClockBack(byMs);
  }

  /** The engine has returned from its call. */
  returned(): void {
    checkDemands(this.context);
    this.deadlines.check();
    this.context.call.cause = causeOf("nothing");
  }

  /** The engine reports a new transfer. */
  started(view: TransferView): void {
    const { limits, storage, conversations, call } = this.context;
    const asked = this.requestOf(call.cause, view);
    const file = storage.lastOpened;
    if (file === undefined || file.name !== asked.name) {
      violated(`A transfer of ${JSON.stringify(asked.name)} started, and that file was not opened for it`);
    }
    if (asked.isUpload && (asked.options.get("tsize") ?? 0) > limits.maxSizeBytes) {
      violated("An upload started whose announced size is not allowed");
    }
    const address = String(view.address);
    checkPlace(this.context, address, view.port);
    const { maxWindowSize } = limits;
    conversations.add(
      new Conversation(asked, file, view.slot, address, view.port, maxWindowSize, call.number, call.now),
    );
  }

  /** The engine reports the end of a transfer. */
  ended(view: TransferView, outcome: Outcome): void {
    const { limits, conversations, call } = this.context;
    const conversation = conversations.inSlot(view.slot);
    if (conversation === undefined || conversation.isLingering || conversation.port !== view.port) {
      violated(`The transfer in slot ${view.slot} ended, and there was none`);
    }
    checkSuperseded(this.context, conversation, outcome);
    if (outcome === OUTCOME_COMPLETED) {
      checkCompleted(conversation, limits.maxSizeBytes);
    }
    if (outcome === OUTCOME_COMPLETED && conversation.isUpload) {
      conversation.isLingering = true;
      conversation.progressAt = call.now;
      conversation.longerMs = 0;
    } else {
      conversations.forget(conversation);
    }
  }

  /** The engine closes the port of a slot, which is free from now on. */
  closed(slot: number): void {
    const conversation = this.context.conversations.inSlot(slot);
    if (conversation !== undefined) {
      if (!conversation.isLingering) {
        violated(`The port of slot ${slot} was closed while its transfer was running`);
      }
      this.context.conversations.forget(conversation);
    }
  }

  /** The engine sends a message. `message` is valid during the call only. */
  sends(message: Uint8Array, localPort: number, address: string, port: number): void {
    const { call } = this.context;
    call.messages++;
    checkEnvelope(message, port);
    if (opcodeOf(message) === OPCODE_ERROR) {
      call.errors++;
      checkErrorText(message);
      this.occasion.checkError(message, localPort, address, port);
    } else {
      this.checkMessage(message, localPort, address, port);
    }
    this.ledger.countSent(address, port, message.length);
  }

  private begin(now: number): void {
    const { storage, call } = this.context;
    call.number++;
    call.now = now;
    call.messages = 0;
    call.errors = 0;
    storage.lastOpened = undefined;
    storage.lastRefusal = 0;
  }

  /** The request that started a transfer. */
  private requestOf({ kind, asked }: Cause, view: TransferView) {
    if (kind !== "request" || asked === undefined) {
      violated("A transfer started without a request");
    }
    if (view.name !== asked.name || view.isUpload !== asked.isUpload) {
      violated(`A transfer of ${JSON.stringify(view.name)} started; the request was for ${JSON.stringify(asked.name)}`);
    }
    return asked;
  }

  /** DATA, ACK or OACK: the peer has a transfer, there is an occasion, and the content is right. */
  private checkMessage(message: Uint8Array, localPort: number, address: string, port: number): void {
    const { conversations, call } = this.context;
    const conversation = conversations
      .ofClient(address, port)
      .find((each) => each.slot === slotOf(this.context, each, localPort));
    if (conversation === undefined) {
      violated(`${describeMessage(message)} was sent to ${address}:${port}, which has no transfer there`);
    }
    const isFirst = conversation.sentInCall !== call.number;
    if (isFirst) {
      this.occasion.checkMessage(conversation, message);
    } else if (opcodeOf(message) !== OPCODE_DATA) {
      violated(`${describeMessage(message)} was the second message to one peer in one call`);
    }
    conversation.sentInCall = call.number;
    if (call.cause.meaning !== "repeated") {
      conversation.waitsSince = call.now;
    }
    checkContent(conversation, message, isFirst, call.cause);
  }
}
