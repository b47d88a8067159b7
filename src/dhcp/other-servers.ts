/**
 * Looks for other servers of the network, since two would give one address twice: asks for an address as a client does,
 * before this one serves and from time to time afterwards.
 */
import { NEVER } from "../schedule.js";
import type { Reply } from "./reply.js";

/** A server may look for the address that it offers before it answers: dnsmasq does it for three seconds. */
const FIRST_QUESTIONS = 3;
const FIRST_INTERVAL_MS = 2000;
/** Rare, since each question holds an address of the other server for a minute. */
const LATER_INTERVAL_MS = 60_000;

export class OtherServers {
  /** Whether the first questions got no answer. */
  isAlone = false;
  private isAsking = false;
  private questions = 0;
  /** Time of the next question. Never infinite, since V8 makes an object of each number that a field has, then. */
  private askAt = 0;

  constructor(private readonly reply: Reply) {}

  /** Time of the next question, or {@link NEVER}. */
  get nextAt(): number {
    return this.isAsking ? this.askAt : NEVER;
  }

  start(now: number): void {
    this.isAsking = true;
    this.isAlone = false;
    this.questions = 0;
    this.askAt = now;
  }

  stop(): void {
    this.isAsking = false;
  }

  /** Asks, if it is time. Returns whether the first questions have got no answer, for the first time. */
  poll(now: number): boolean {
    if (!this.isAsking || now < this.askAt) {
      return false;
    }
    const isFirst = !this.isAlone && this.questions === FIRST_QUESTIONS;
    if (isFirst) {
      this.isAlone = true;
    } else {
      this.questions++;
      this.reply.sendDiscover();
    }
    this.askAt = now + (this.isAlone ? LATER_INTERVAL_MS : FIRST_INTERVAL_MS);
    return isFirst;
  }
}
