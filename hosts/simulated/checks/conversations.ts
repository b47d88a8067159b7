/**
 * Every transfer that the checker has seen start and not yet seen go: by client and by slot.
 */
import type { Conversation } from "./conversation.js";

export class Conversations {
  private readonly byClient = new Map<string, Conversation>();
  private readonly bySlot: (Conversation | undefined)[] = [];

  /** Every conversation, lingering ones included. */
  get all(): IterableIterator<Conversation> {
    return this.byClient.values();
  }

  /** The conversation with a client's port. */
  ofClient(address: string, port: number): Conversation | undefined {
    return this.byClient.get(keyOf(address, port));
  }

  /** The conversation in a slot. */
  inSlot(slot: number): Conversation | undefined {
    return this.bySlot[slot];
  }

  /** Adds a conversation, in place of a lingering one with the same client. */
  add(conversation: Conversation): void {
    this.byClient.set(keyOf(conversation.address, conversation.port), conversation);
    this.bySlot[conversation.slot] = conversation;
  }

  /** Removes a conversation, unless a newer one has taken its place. */
  forget(conversation: Conversation): void {
    if (this.bySlot[conversation.slot] === conversation) {
      this.bySlot[conversation.slot] = undefined;
    }
    const key = keyOf(conversation.address, conversation.port);
    if (this.byClient.get(key) === conversation) {
      this.byClient.delete(key);
    }
  }

  /** Whether a conversation still has its slot. */
  isPresent(conversation: Conversation): boolean {
    return this.bySlot[conversation.slot] === conversation;
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
