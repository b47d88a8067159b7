/** The cost of a packet and of a poll is independent of the number of transfers. Steps are counted, not timed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crowdSteps } from "./support/crowd.js";

const FEW = 8;
/** Largest ratio of a packet's cost in a large pool to that in a small one. */
const MAX_GROWTH = 1.1;

/** Budgets with few transfers. */
const MAX_PACKET_STEPS = 600;
const MAX_SINGLE_PORT_STEPS = 717;
const MAX_POLL_STEPS = 60;

const few = await crowdSteps(FEW);

test(`with ${FEW} transfers, an ACK with the block that answers it and a poll are within their budgets of steps`, () => {
  assert.ok(few.packet <= MAX_PACKET_STEPS, `${few.packet} steps`);
  assert.ok(few.singlePortPacket <= MAX_SINGLE_PORT_STEPS, `single port: ${few.singlePortPacket} steps`);
  assert.ok(few.poll <= MAX_POLL_STEPS, `poll: ${few.poll} steps`);
});

for (const transfers of [64, 1000, 10_000]) {
  test(`with ${transfers} transfers, a packet and a poll take at most ${MAX_GROWTH} times the steps that they take with ${FEW}`, async () => {
    const many = await crowdSteps(transfers);
    assert.ok(many.packet <= few.packet * MAX_GROWTH, `${many.packet} steps instead of ${few.packet}`);
    assert.ok(many.singlePortPacket <= few.singlePortPacket * MAX_GROWTH, `single port: ${many.singlePortPacket}`);
    assert.ok(many.poll <= few.poll * MAX_GROWTH, `poll: ${many.poll} steps instead of ${few.poll}`);
  });
}
