/**
 * Requests whose storage answers later. The engine does not wait: the host keeps the request, and hands it to the engine
 * again when the storage has answered. The answer is there by then, and the engine gets it at once. With rules a storage may
 * be asked for several names in turn, so a request may be kept several times.
 *
 * What a client repeats meanwhile is not passed on. A client that has stopped asking gets nothing, and costs nothing.
 */
import { type Address, BUSY, type LocalPort, type Refusal } from "../../../src/index.js";
import { type GrowingFile, isGrowing } from "./growing-file.js";
import {
  type AnswerKeeper,
  type AskedName,
  copyOfRequest,
  HeldAnswer,
  HeldRequest,
  type Judge,
  type Opened,
  type Settled,
} from "./held-request.js";
import type { LateCommitHost } from "./late-commit.js";

/** Time in which a storage must answer a request. Most clients ask for 25 s or longer. */
const MAX_ANSWER_MS = 30_000;
/** A client that has been silent for longer may have gone. It gets the answer when it asks again. */
const PRESENT_MS = 10_000;
/** Time for which an answer waits for its client, or for a slot. */
const MAX_READY_MS = 20_000;
/** Time between two looks for requests that have waited too long. */
const LOOK_MS = 1000;

/** Leaves the engine in place of an answer. Before the engine asks its storage it has changed nothing for the request. */
export const HELD = new Error("The request is kept until its storage has answered");

/** The host's part. */
export interface HeldRequestsHost extends LateCommitHost {
  /** Hands a request to the engine. */
  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number): void;
  /** Time of the engine, in milliseconds. */
  now(): number;
}

/** The request that the engine is working on. */
interface PresentRequest {
  readonly packet: Uint8Array;
  readonly listener: LocalPort;
  readonly address: Address;
  readonly port: number;
  readonly now: number;
  /** Time at which the client asked first. */
  readonly askedFirst: Date;
  /** Undefined if it is not kept. */
  held: HeldRequest | undefined;
  /** The file that was opened for it, if that still grows. */
  growing?: GrowingFile;
  /** Whether the storage was asked. */
  isAsked: boolean;
  /** Whether the engine must leave it, since it is kept or there is no room to keep it. */
  isLeft: boolean;
}

export class HeldRequests implements AnswerKeeper {
  /** Whether there is a storage that may answer later. Without one, requests are not looked at. */
  isUsed = false;
  /** Requests that are kept at once, at most. */
  max = 1;
  /** Requests of one address that are kept at once, at most. */
  maxPerAddress = 1;
  private readonly requests = new Map<string, HeldRequest>();
  private present: PresentRequest | undefined;
  private isHandingIn = false;
  private isLooking = false;
  private isClosed = false;
  /** Keeps the answers of a call from outside of TFTP. */
  private other: AnswerKeeper | undefined;

  constructor(private readonly host: HeldRequestsHost) {}

  /** Keeps the answers to what is asked now. */
  get keeper(): AnswerKeeper {
    return this.other ?? this;
  }

  /** Runs a call from outside of TFTP, whose answers `keeper` keeps. */
  keptBy<Result>(keeper: AnswerKeeper, call: () => Result): Result {
    this.other = keeper;
    try {
      return call();
    } finally {
      this.other = undefined;
    }
  }

  /** Completes an upload later that is opened now; undefined outside a request. */
  get commits(): LateCommitHost | undefined {
    return this.isInRequest ? this.host : undefined;
  }

  /** Number of requests that are kept. */
  get size(): number {
    return this.requests.size;
  }

  /** Whether the engine is working on a request that can be kept. */
  get isInRequest(): boolean {
    return this.present !== undefined;
  }

  /** Time of the present request: a request that was kept has the same as before, so that rules make the same names of it. */
  get time(): Date {
    return this.present?.askedFirst ?? new Date();
  }

  /** Port of the client whose request the engine is working on. */
  get clientPort(): number | undefined {
    return this.present?.port;
  }

  /** Whether the present request is kept, or can be. */
  get hasRoom(): boolean {
    const { present, requests, max, maxPerAddress } = this;
    if (present === undefined || present.held !== undefined) {
      return true;
    }
    return requests.size < max && (maxPerAddress >= max || this.countOf(present.address) < maxPerAddress);
  }

  /** A datagram is about to be given to the engine. Returns true if it repeats a request whose answer is being made. */
  begin(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): boolean {
    const copy = this.isUsed && !this.isClosed ? copyOfRequest(packet, length) : undefined;
    if (copy === undefined) {
      return false;
    }
    const held = this.keptFor(copy, address, port);
    if (held !== undefined && !this.isHandingIn) {
      held.packet = copy;
      held.listener = listener;
      held.askedAt = now;
    }
    if (held?.pending !== undefined) {
      return true;
    }
    const askedFirst = held?.askedFirst ?? new Date();
    this.present = { packet: copy, listener, address, port, now, askedFirst, held, isAsked: false, isLeft: false };
    return false;
  }

  /** The engine has returned. Returns whether it has left a request that is not kept. */
  end(): boolean {
    const { present } = this;
    this.present = undefined;
    // An engine that has not asked the storage had no slot for the request, or a limit was reached: it is kept for longer.
    if (present?.held !== undefined && present.isAsked && !present.isLeft) {
      this.drop(present.held);
    }
    return present?.isLeft === true && present.held === undefined;
  }

  /**
   * Passes on what the engine gets from its storage.
   *
   * @throws HELD if the engine must leave the request.
   */
  pass<Answer>(answer: Answer): Answer {
    if (this.present !== undefined) {
      this.present.isAsked = true;
      if (this.present.isLeft) {
        throw HELD;
      }
    }
    return answer;
  }

  /** The later answer of a storage; undefined if it was not asked for this name, or has not answered. */
  take(asked: AskedName): Opened | undefined {
    return this.present?.held?.take(asked);
  }

  /** Notes what was opened for the present request. Returns it. */
  opened<Answer>(answer: Answer): Answer {
    if (this.present !== undefined && isGrowing(answer)) {
      this.present.growing = answer;
    }
    return answer;
  }

  /** The file that was opened for the present request, if that still grows. */
  get growing(): GrowingFile | undefined {
    return this.present?.growing;
  }

  /** Keeps the present request until the promise has settled. Returns the storage's answer for now. */
  wait(asked: AskedName, promise: PromiseLike<unknown>, judge: Judge): Refusal {
    const present = this.present as PresentRequest;
    const held = present.held ?? this.keep(present);
    const answer = new HeldAnswer(asked, judge);
    held.add(answer);
    present.held = held;
    present.isLeft = true;
    this.host.whenSettled(promise, (settled) => this.settled(held, answer, settled));
    return BUSY;
  }

  /** Has the present request ignored: the client asks again. Returns the storage's answer for now. */
  leave(): Refusal {
    (this.present as PresentRequest).isLeft = true;
    return BUSY;
  }

  /** Forgets all requests, and keeps no more. */
  close(): void {
    this.isClosed = true;
    for (const held of this.requests.values()) {
      this.drop(held);
    }
  }

  /** The request of this client that is kept. One for another file ends it: a client asks for one after the other. */
  private keptFor(packet: Uint8Array, address: Address, port: number): HeldRequest | undefined {
    const held = this.requests.get(keyOf(address, port));
    if (held !== undefined && !held.isRepeatedBy(packet)) {
      this.drop(held);
      return undefined;
    }
    return held;
  }

  private keep({ packet, listener, address, port, now, askedFirst }: PresentRequest): HeldRequest {
    const held = new HeldRequest(packet, listener, address, port, askedFirst, now, now + MAX_ANSWER_MS);
    this.requests.set(keyOf(address, port), held);
    this.lookLater();
    return held;
  }

  private settled(held: HeldRequest, answer: HeldAnswer, settled: Settled): void {
    if (this.isClosed && settled.isRejected) {
      // Closing may have caused it.
      return;
    }
    if (answer.settle(settled)) {
      const now = this.host.now();
      held.expiresAt = now + MAX_READY_MS;
      this.handInIfPresent(held, now);
    }
  }

  private handInIfPresent(held: HeldRequest, now: number): void {
    if (now - held.askedAt < PRESENT_MS) {
      const packet = new DataView(held.packet.slice().buffer);
      this.isHandingIn = true;
      try {
        this.host.request(packet, packet.byteLength, held.listener, held.address, held.port);
      } finally {
        this.isHandingIn = false;
      }
    }
  }

  private lookLater(): void {
    if (!this.isLooking) {
      this.isLooking = true;
      this.host.lookAfter(LOOK_MS, () => {
        this.isLooking = false;
        this.look(this.host.now());
        if (this.requests.size > 0) {
          this.lookLater();
        }
      });
    }
  }

  /** A storage that is silent for too long has failed; an answer that its client does not fetch is dropped. */
  private look(now: number): void {
    for (const held of this.requests.values()) {
      const { pending } = held;
      if (now >= held.expiresAt && pending !== undefined) {
        const value = new Error(`it has not answered for ${MAX_ANSWER_MS / 1000} s`);
        this.settled(held, pending, { isRejected: true, value });
      } else if (now >= held.expiresAt) {
        this.drop(held);
      }
    }
  }

  private drop(held: HeldRequest): void {
    this.requests.delete(keyOf(held.address, held.port));
    held.end();
  }

  private countOf(address: Address): number {
    let count = 0;
    for (const held of this.requests.values()) {
      count += held.address === address ? 1 : 0;
    }
    return count;
  }
}

function keyOf(address: Address, port: number): string {
  return `${port} ${address}`;
}
