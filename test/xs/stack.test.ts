/** Budgets of XS's stack, in slots beyond a call that does nothing. One that is exceeded is either met or raised here on purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stackSlots, WORKS } from "./support/stack.js";

/**
 * The manifests of the firmware give 384 slots, of which floods were seen to take 309. Here the calls of the test, and its stand-in
 * for the SDK's `ArrayBuffer.fromString`, take some slots too.
 */
const MAX_STACK_SLOTS: Readonly<Record<(typeof WORKS)[number]["name"], number>> = {
  "a download starts": 274,
  "an upload starts": 278,
  "a download completes": 328,
  "an upload completes": 328,
  "a request is refused": 341,
  "a block is repeated": 192,
  "a transfer times out": 287,
};

const taken = await stackSlots();

for (const { name } of WORKS) {
  const budget = MAX_STACK_SLOTS[name];
  test(`${name}: the board's server takes at most ${budget} slots of stack`, () => {
    const slots = taken.get(name) as number;
    assert.ok(slots <= budget, `${slots} slots`);
  });
}
