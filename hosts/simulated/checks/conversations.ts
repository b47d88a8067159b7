/**
 * Every transfer that the checker has seen start and not yet seen go: by client and by slot.
 */
import type { Conversation } from "./conversation.js";

export class Conversations {
  private readonly present = new Set<Conversation>();
  private readonly bySlot: (Conversation | undefined)[] = [];

  /** Every conversation, lingering ones included, the oldest first. */
  get all(): IterableIterator<Conversation> {
    return this.present.values();
  }

  /** The conversations with a client's port, the newest first. */
  ofClient(address: string, port: number): Conversation[] {
    return [...this.present].filter((each) => each.address === address && each.port === port).reverse();
  }

  /** The conversation in a slot. */
  inSlot(slot: number): Conversation | undefined {
    return this.bySlot[slot];
  }

  /** Adds a conversation, in place of a lingering one in its slot. */
  add(conversation: Conversation): void {
    const former = this.bySlot[conversation.slot];
    if (former !== undefined) {
      this.present.delete(former);
    }
    this.present.add(conversation);
    this.bySlot[conversation.slot] = conversation;
  }

  /** Removes a conversation. */
  forget(conversation: Conversation): void {
    this.present.delete(conversation);
    if (this.bySlot[conversation.slot] === conversation) {
      this.bySlot[conversation.slot] = undefined;
    }
  }

  /** Whether a conversation still has its slot. */
  isPresent(conversation: Conversation): boolean {
    return this.bySlot[conversation.slot] === conversation;
  }
}
