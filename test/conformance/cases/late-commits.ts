/** Uploads that the storage completes later: the last ACK waits for it, and nothing else changes. */
import {
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_NOT_DEFINED,
  EXISTS,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
  PENDING,
} from "lockstep-tftp/engine";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { halfWay, stored } from "./started-upload.js";

const FILE = contents(1500);
const LINGER_MS = 12_000;
const PATIENCE_MS = 25_000;

/** An upload whose last block, the third, is there, and whose storage works. */
function committing(harness: Harness): { peer: Peer; old: Uint8Array } {
  harness.storage.commitResult = PENDING;
  const begun = halfWay(harness);
  begun.peer.data(3, blockOf(FILE, 3));
  begun.peer.expectNothing();
  return begun;
}

const completed: readonly Case[] = [
  engineCase(
    "late commits: the last ACK comes when the storage has the file, to a client that repeats nothing",
    (harness) => {
      const { peer, old } = committing(harness);
      harness.advance(20_000);
      harness.resumeCommits();
      peer.expectNothing();
      equal(harness.server.running, 1, "running transfers");
      equalBytes(stored(harness, "file"), old, "the file while the storage works");
      harness.storage.commitResult = 0;
      harness.resumeCommits();
      peer.expectAcknowledgement(3);
      equalBytes(stored(harness, "file"), FILE, "the file");
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    },
  ),

  engineCase(
    "late commits: repeats of the last block get no answer meanwhile, and are not written again",
    (harness) => {
      const { peer } = committing(harness);
      for (let times = 0; times < 4; times++) {
        harness.advance(5000);
        peer.data(3, blockOf(FILE, 3));
        peer.expectNothing();
      }
      harness.storage.commitResult = 0;
      harness.resumeCommits();
      peer.expectAcknowledgement(3);
      equalBytes(stored(harness, "file"), FILE, "the file");
      equal(harness.ended.retransmissions, 0, "messages that were sent again");
    },
  ),

  engineCase("late commits: a late copy of the block before gets its ACK again, and not the last one", (harness) => {
    const { peer } = committing(harness);
    peer.data(2, blockOf(FILE, 2));
    peer.expectAcknowledgement(2);
  }),

  engineCase("late commits: no block after the last is taken, and none has the last ACK sent", (harness) => {
    const peer = harness.peer();
    harness.storage.commitResult = PENDING;
    peer.write("file", ["windowsize", "8"]);
    peer.expectOptions(["windowsize", "8"]);
    peer.data(1, contents(100));
    for (const block of [2, 3, 4]) {
      peer.data(block, contents(100));
      peer.expectNothing();
    }
    harness.storage.commitResult = 0;
    harness.resumeCommits();
    peer.expectAcknowledgement(1);
    equalBytes(stored(harness, "file"), contents(100), "the file");
  }),

  engineCase("late commits: the last ACK is repeated for as long as that of other uploads", (harness) => {
    const { peer } = committing(harness);
    harness.advance(20_000);
    harness.storage.commitResult = 0;
    harness.resumeCommits();
    peer.expectAcknowledgement(3);
    harness.advance(LINGER_MS - 1);
    peer.data(3, blockOf(FILE, 3));
    peer.expectAcknowledgement(3);
    harness.advance(1);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("late commits: one that is complete does not end one that is not", (harness) => {
    const { peer } = committing(harness);
    const other = harness.peer();
    harness.storage.commitResult = 0;
    other.put("other", contents(10));
    equal(harness.server.running, 1, "running transfers");
    harness.resumeCommits();
    peer.expectAcknowledgement(3);
  }),
];

const failed: readonly Case[] = [
  engineCase("late commits: a refusal is an ERROR with its code, and leaves the old file", (harness) => {
    const { peer, old } = committing(harness);
    harness.storage.commitResult = EXISTS;
    harness.resumeCommits();
    peer.expectError(ERROR_FILE_EXISTS);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("late commits: a storage that never answers is given up, without a message", (harness) => {
    const { peer, old } = committing(harness);
    harness.advance(PATIENCE_MS);
    peer.expectNothing();
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
    harness.storage.commitResult = 0;
    harness.resumeCommits();
    peer.expectNothing();
  }),

  engineCase("late commits: a client that aborts leaves the old file", (harness) => {
    const { peer, old } = committing(harness);
    peer.error(ERROR_DISK_FULL);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
  }),

  engineCase("late commits: stopping the server is an ERROR to the client, and leaves the old file", (harness) => {
    const { peer, old } = committing(harness);
    harness.stop();
    peer.expectError(ERROR_NOT_DEFINED);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_STOPPED, "the outcome");
  }),
];

export const lateCommitCases: readonly Case[] = [...completed, ...failed];
