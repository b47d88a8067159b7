/** Uploads that end before the file is whole: RFC 1350 §7. */
import {
  DISK_FULL,
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  EXISTS,
  FORBIDDEN,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
} from "lockstep-tftp/engine";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { halfWay, stored } from "./started-upload.js";

const LIMIT_BYTES = 1000;

export const uploadFailureCases: readonly Case[] = [
  engineCase("uploads: an upload that the client aborts leaves the old file", (harness) => {
    const { peer, old } = halfWay(harness);
    peer.error(ERROR_NOT_DEFINED);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("docs/protocol.md, ERROR from the peer: a normal end before the first DATA", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    peer.error(ERROR_NOT_DEFINED);
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
    equal(harness.storage.files.has("file"), false, "that there is a file");
  }),

  engineCase("uploads: an upload that times out leaves the old file", (harness) => {
    const { peer, old } = halfWay(harness);
    harness.advance(60_000);
    peer.ignoreAll();
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("docs/protocol.md, disk full: ERROR 3, and the old file stays", (harness) => {
    const { peer, old } = halfWay(harness);
    harness.storage.writeFault = { position: 1100, refusal: DISK_FULL };
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectError(ERROR_DISK_FULL);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),

  engineCase("uploads: a failed commit is an ERROR, since the last ACK says that the file is safe", (harness) => {
    const { peer, old } = halfWay(harness);
    harness.storage.commitResult = EXISTS;
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectError(ERROR_FILE_EXISTS);
    peer.expectNothing();
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),

  engineCase("docs/protocol.md, refused write: ERROR 2", (harness) => {
    harness.storage.refusals.set("file", FORBIDDEN);
    const peer = harness.peer();
    peer.write("file");
    peer.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("docs/protocol.md, exists: ERROR 6", (harness) => {
    harness.file("file", contents(5));
    harness.storage.mayOverwrite = false;
    const peer = harness.peer();
    peer.write("file");
    peer.expectError(ERROR_FILE_EXISTS);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("RFC 1350 §7: a block larger than was agreed is an illegal operation", (harness) => {
    const { peer, old } = halfWay(harness);
    peer.data(3, contents(513));
    peer.expectError(ERROR_ILLEGAL_OPERATION);
    equalBytes(stored(harness, "file"), old, "the file");
    equal(harness.ended.outcome, OUTCOME_PROTOCOL_VIOLATED, "the outcome");
  }),

  engineCase("RFC 2348: a block larger than the negotiated size is an illegal operation", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["blksize", "8"]);
    peer.expectOptions(["blksize", "8"]);
    peer.data(1, contents(9));
    peer.expectError(ERROR_ILLEGAL_OPERATION);
    equal(harness.ended.outcome, OUTCOME_PROTOCOL_VIOLATED, "the outcome");
  }),

  engineCase(
    "size limit: an upload of exactly the limit is taken",
    (harness) => {
      const file = contents(LIMIT_BYTES);
      harness.peer().put("file", file, ["tsize", `${LIMIT_BYTES}`]);
      equalBytes(stored(harness, "file"), file, "the file");
    },
    { maxSizeBytes: LIMIT_BYTES },
  ),

  engineCase(
    "size limit: an upload that turns out larger ends with ERROR 3",
    (harness) => {
      const peer = harness.peer();
      peer.write("file");
      peer.expectAcknowledgement(0);
      peer.data(1, contents(512));
      peer.expectAcknowledgement(1);
      peer.data(2, contents(LIMIT_BYTES - 512 + 1));
      peer.expectError(ERROR_DISK_FULL);
      equal(harness.ended.outcome, OUTCOME_TOO_LARGE, "the outcome");
      equal(harness.storage.files.has("file"), false, "that there is a file");
    },
    { maxSizeBytes: LIMIT_BYTES },
  ),
];
