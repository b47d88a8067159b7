/**
 * Budgets of whole packets on a board, and of the slots that packets and transfers leave.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boardPackets, callbackSlots } from "./support/board.js";

/** From the callback of a socket to the message, in lock-step; the engine's own part is 455 down and 514 up. */
const MAX_DOWNLOAD_STEPS = 678;
/** Includes the guard of the file, which the tests' storage needs for writing. */
const MAX_UPLOAD_STEPS = 791;
/** With the log on; an upload to a file system opens, compares, renames and closes. */
const MAX_TRANSFER_SLOTS = 30;
const MAX_FILE_UPLOAD_SLOTS = 52;

test("requests and packets leave no slot for callbacks that do not read the address", async () => {
  assert.deepEqual(await callbackSlots(false), { ignored: 0, refused: 0, unanswered: 0, packet: 0 });
});

test("callbacks read addresses as texts, which take no slot either", async () => {
  assert.deepEqual(await callbackSlots(true), { ignored: 0, refused: 0, unanswered: 0, packet: 0 });
});

for (const { storage, isUpload, hostAndEngine, ownSlots, transferSlots } of await boardPackets()) {
  const what = `${storage}, ${isUpload ? "up" : "down"}`;
  const maxSteps = isUpload ? MAX_UPLOAD_STEPS : MAX_DOWNLOAD_STEPS;
  test(`host and engine take at most ${maxSteps} steps of XS for a packet: ${what}`, () => {
    assert.ok(hostAndEngine <= maxSteps, `${hostAndEngine} steps`);
  });

  test(`with the project's UDP a packet leaves no slot: ${what}`, () => {
    assert.equal(ownSlots, 0);
  });

  const maxSlots = storage === "file" && isUpload ? MAX_FILE_UPLOAD_SLOTS : MAX_TRANSFER_SLOTS;
  test(`a transfer leaves at most ${maxSlots} slots with the log on: ${what}`, () => {
    assert.ok(transferSlots <= maxSlots, `${transferSlots} slots`);
  });
}
