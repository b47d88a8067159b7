/** A packet and a poll cost the same however many transfers run. Steps are counted, not timed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crowdSteps } from "./support/crowd.js";

const FEW = 8;
/** What a packet may cost more in a larger pool. */
const MAX_GROWTH = 1.1;

const few = await crowdSteps(FEW);

for (const transfers of [64, 1000, 10_000]) {
  test(`${transfers} transfers: a packet costs at most ${MAX_GROWTH} times as much as with ${FEW}, a poll too`, async () => {
    const many = await crowdSteps(transfers);
    assert.ok(many.packet <= few.packet * MAX_GROWTH, `${many.packet} steps instead of ${few.packet}`);
    assert.ok(many.singlePortPacket <= few.singlePortPacket * MAX_GROWTH, `single port: ${many.singlePortPacket}`);
    assert.ok(many.poll <= few.poll * MAX_GROWTH, `poll: ${many.poll} steps instead of ${few.poll}`);
  });
}
