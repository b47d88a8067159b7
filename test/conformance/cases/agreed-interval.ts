/** The option `timeout` (RFC 2349): the interval that both ends use, and the silence of a receiver. */
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { type Case, engineCase } from "./case.js";
import { acknowledged, equalTimes, repeatsUntilTheEnd } from "./repeats.js";

export const agreedIntervalCases: readonly Case[] = [
  engineCase("RFC 2349 timeout: the interval is used exactly, for the OACK", (harness) => {
    harness.file("file", contents(5));
    const peer = harness.peer();
    peer.read("file", ["timeout", "3"]);
    equalTimes(repeatsUntilTheEnd(harness, peer).times, [3000, 6000, 9000, 12_000, 15_000, 18_000, 21_000, 24_000]);
  }),

  engineCase("RFC 2349 timeout: the interval is used exactly, for DATA, whatever was measured", (harness) => {
    const peer = acknowledged(harness, 4, 2, ["timeout", "3"]);
    equalTimes(repeatsUntilTheEnd(harness, peer).times, [3000, 6000, 9000, 12_000, 15_000, 18_000, 21_000, 24_000]);
  }),

  engineCase("RFC 2349 timeout: the interval is used exactly, for ACK", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["timeout", "3"]);
    peer.data(1, contents(512));
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 2), [3000, 6000]);
  }),

  engineCase(
    "docs/protocol.md, an ACK repeated twice without answer: the silence exceeds two agreed intervals",
    (harness) => {
      const peer = harness.peer();
      peer.write("file", ["timeout", "3"]);
      peer.data(1, contents(512));
      peer.data(2, contents(512));
      equalTimes(repeatsUntilTheEnd(harness, peer).times, [3000, 6000, 13_000, 20_000]);
    },
  ),

  engineCase(
    "docs/protocol.md, an ACK repeated twice without answer: 6 s of silence after short intervals",
    (harness) => {
      const peer = harness.peer();
      peer.write("file", ["timeout", "1"]);
      // The OACK of an upload is its first ACK.
      equalTimes(repeatsUntilTheEnd(harness, peer).times, [1000, 2000, 8000, 14_000, 20_000]);
    },
  ),

  engineCase("docs/protocol.md, an ACK repeated twice without answer: progress ends the silence", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["timeout", "1"]);
    harness.advance(5000);
    peer.ignoreAll();
    peer.data(1, contents(512));
    harness.advance(5000);
    peer.ignoreAll();
    peer.data(2, contents(512));
    equalTimes(repeatsUntilTheEnd(harness, peer).times, [1000, 2000, 8000, 14_000, 20_000]);
  }),

  engineCase(
    "docs/protocol.md, an ACK repeated twice without answer: the silence of a long interval is survived",
    (harness) => {
      const peer = harness.peer();
      peer.write("file", ["timeout", "255"]);
      peer.data(1, contents(512));
      peer.data(2, contents(512));
      const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
      equalTimes(times, [255_000, 510_000, 1_021_000]);
      equal(endedAfterMs, 1_275_000, "milliseconds until it is given up");
    },
  ),

  engineCase("RFC 2349 timeout: a transfer survives several of the longest intervals", (harness) => {
    const peer = acknowledged(harness, 1, 2, ["timeout", "255"]);
    const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
    equalTimes(times, [255_000, 510_000]);
    equal(endedAfterMs, 765_000, "milliseconds until it is given up");
  }),
];
