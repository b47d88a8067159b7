/** The clock and `poll`: early and late calls, and a clock that jumps. */
import { NEVER, OUTCOME_COMPLETED } from "lockstep-tftp/engine";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";

import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

import { acknowledged, equalTimes, FILE_BYTES, repeatsUntilTheEnd } from "./repeats.js";

const HOUR_MS = 3_600_000;
const GIVE_UP_MS = 25_000;

export const clockCases: readonly Case[] = [
  engineCase("nextAt: never, while there is no transfer", (harness) => {
    equal(harness.server.nextAt, NEVER, "when a new engine wants to be polled");
    harness.file("file", contents(5));
    const peer = harness.peer();
    peer.fetch("file", contents(5));
    equal(harness.server.nextAt, NEVER, "when an engine wants to be polled whose only transfer is over");
  }),

  engineCase("poll: an early poll does nothing, a late one repeats once", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.pollAt(harness.now + 299);
    peer.expectNothing();
    harness.pollAt(harness.now + 9000);
    equal(peer.ignoreAll(), 1, "repeats after a late poll");
  }),

  engineCase("clock: repeats go on after a jump back by an hour", (harness) => {
    const peer = acknowledged(harness, 1, 100);
    harness.pollAt(harness.now - HOUR_MS);
    const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
    equalTimes(times.slice(0, 3), [300, 600, 1500]);
    equal(endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up, from the jump");
  }),

  engineCase("clock: an ACK continues the transfer after a jump back by an hour", (harness) => {
    const peer = acknowledged(harness, 1, 100);
    harness.now -= HOUR_MS;
    peer.acknowledge(2);
    peer.expectData(3, blockOf(contents(FILE_BYTES), 3));
    harness.advance(2000);
    equal(peer.ignoreAll() > 0, true, "that the block was repeated within 2 s");
  }),

  engineCase("clock: a finished upload lingers no longer than usual after a jump back by an hour", (harness) => {
    harness.peer().put("file", contents(5));
    harness.pollAt(harness.now - HOUR_MS);
    harness.advance(12_000);
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("clock: an ACK after a jump ahead by an hour is no sample of the round trip", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.now += HOUR_MS;
    peer.acknowledge(1);
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 2), [300, 900]);
  }),

  engineCase(
    "clock: after a jump ahead by an hour transfers end without a burst, and the server goes on serving",
    (harness) => {
      const peer = acknowledged(harness, 1, 100);
      harness.pollAt(harness.now + HOUR_MS);
      equal(peer.ignoreAll(), 0, "messages after the jump");
      equal(harness.server.used, 0, "slots that are used");
      peer.fetch("file", contents(FILE_BYTES));
      equal(harness.observer.endedTransfers.at(-1)?.outcome, OUTCOME_COMPLETED, "the outcome");
    },
  ),
];
