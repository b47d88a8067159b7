/** What a transfer learns from repeats: docs/protocol.md, a repeat that was needless. */
import { equal, ok } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import type { Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { acknowledged, equalTimes, FILE_BYTES, repeatsUntilTheEnd } from "./repeats.js";

const PAUSES_MS = [260, 300, 499, 500, 501, 750, 1000, 1250, 2000];
const MAX_COPIES = 3;
/** Waits of a transfer that has learned nothing. */
const USUAL_TIMES = [250, 500];

/** The device pauses before it acknowledges `block`, and answers every copy that came meanwhile. Returns their number. */
function pause(harness: Harness, peer: Peer, block: number, pauseMs: number): number {
  harness.advance(pauseMs);
  const copies = peer.ignoreAll();
  for (let answers = 0; answers <= copies; answers++) {
    peer.acknowledge(block);
  }
  peer.ignoreAll();
  return copies;
}

/** The block, or its ACK, is lost, and the repeat makes that good. */
function lose(harness: Harness, peer: Peer, block: number, waitMs: number): void {
  harness.advance(waitMs);
  ok(peer.ignoreAll() > 0, "the block was repeated");
  peer.acknowledge(block);
  peer.ignoreAll();
}

/** The times at which the outstanding block is repeated. */
function nextTimes(harness: Harness, peer: Peer): number[] {
  return repeatsUntilTheEnd(harness, peer).times.slice(0, 2);
}

const pauses = PAUSES_MS.map((pauseMs) =>
  engineCase(
    `docs/protocol.md, a repeat that was needless: pauses of ${pauseMs} ms bring at most ${MAX_COPIES} copies in all`,
    (harness) => {
      const peer = acknowledged(harness, 3, 1);
      const first = pause(harness, peer, 4, pauseMs);
      ok(first >= 1 && first <= MAX_COPIES, `${first} copies in the first pause`);
      let later = 0;
      for (let block = 5; block < 190; block++) {
        later += pause(harness, peer, block, block % 5 === 0 ? pauseMs : 1);
      }
      equal(later, 0, "copies after the first pause");
    },
  ),
);

export const needlessRepeatCases: readonly Case[] = [
  ...pauses,

  engineCase(
    "docs/protocol.md, a repeat that was needless: so are those of the first block and of an OACK",
    (harness) => {
      for (const options of [[], ["tsize", "0"]]) {
        harness.file("file", contents(FILE_BYTES));
        const peer = harness.peer();
        peer.read("file", options);
        peer.ignoreAll();
        const first = options.length === 0 ? 1 : 0;
        ok(pause(harness, peer, first, 1000) > 0, "the first pause brings copies");
        for (let block = first + 1; block < 20; block++) {
          equal(pause(harness, peer, block, 1000), 0, "copies later");
        }
        peer.error(0);
      }
    },
  ),

  engineCase("docs/protocol.md, a repeat that was needless: a window is a message, too", (harness) => {
    const peer = acknowledged(harness, 0, 0, ["windowsize", "4"]);
    harness.advance(1);
    peer.acknowledge(4);
    peer.ignoreAll();
    ok(pause(harness, peer, 8, 600) > 0, "the first pause brings copies");
    for (let block = 12; block < 180; block += 4) {
      equal(pause(harness, peer, block, 600), 0, "copies later");
    }
  }),

  engineCase("docs/protocol.md, a repeat that was needless: the wait stays below maxIntervalMs", (harness) => {
    const peer = acknowledged(harness, 1, 1);
    for (let block = 2; block < 40; block++) {
      pause(harness, peer, block, 9000);
    }
    equalTimes(nextTimes(harness, peer), [4000, 8000]);
  }),

  engineCase("retransmission: an ACK that comes twice proves nothing if nothing was sent twice", (harness) => {
    const peer = acknowledged(harness, 1, 1);
    for (let block = 2; block < 100; block++) {
      peer.acknowledge(block);
      peer.acknowledge(block);
    }
    equalTimes(nextTimes(harness, peer), USUAL_TIMES);
  }),

  engineCase("retransmission: a repeat that was answered once leaves the wait as it is", (harness) => {
    const peer = acknowledged(harness, 3, 1);
    for (let block = 4; block < 50; block++) {
      lose(harness, peer, block, 251);
    }
    equalTimes(nextTimes(harness, peer), USUAL_TIMES);
  }),

  engineCase("retransmission: an ACK that a peer's timer repeats proves nothing", (harness) => {
    const peer = acknowledged(harness, 3, 1);
    lose(harness, peer, 4, 251);
    harness.advance(1000);
    peer.ignoreAll();
    peer.acknowledge(4);
    harness.advance(1);
    peer.acknowledge(5);
    peer.ignoreAll();
    harness.advance(1);
    peer.acknowledge(6);
    equalTimes(nextTimes(harness, peer), USUAL_TIMES);
  }),

  engineCase("retransmission: repeats of use make the wait short again", (harness) => {
    const peer = acknowledged(harness, 3, 1);
    pause(harness, peer, 4, 400);
    for (let block = 5; block < 11; block++) {
      lose(harness, peer, block, 1001);
    }
    harness.advance(1);
    peer.acknowledge(11);
    equalTimes(nextTimes(harness, peer), USUAL_TIMES);
  }),

  engineCase("retransmission: ACKs that come twice by themselves make the wait short again", (harness) => {
    const peer = acknowledged(harness, 3, 1);
    pause(harness, peer, 4, 400);
    for (let block = 5; block < 12; block++) {
      harness.advance(1);
      peer.acknowledge(block);
      peer.acknowledge(block);
    }
    equalTimes(nextTimes(harness, peer), USUAL_TIMES);
  }),

  engineCase("retransmission: a longer wait is followed where the round trip becomes longer still", (harness) => {
    const peer = acknowledged(harness, 3, 1);
    pause(harness, peer, 4, 400);
    for (let block = 5; block < 40; block++) {
      harness.advance(block % 2 === 0 ? 1 : 990);
      peer.acknowledge(block);
    }
    const [first] = nextTimes(harness, peer);
    ok((first as number) > 1500, `the wait is ${first} ms, longer than what was learned`);
  }),

  engineCase("RFC 2349 timeout: pauses do not change an agreed interval", (harness) => {
    const peer = acknowledged(harness, 3, 1, ["timeout", "1"]);
    pause(harness, peer, 4, 1500);
    pause(harness, peer, 5, 1500);
    equalTimes(nextTimes(harness, peer), [1000, 2000]);
  }),

  engineCase(
    "docs/protocol.md, a repeat that was needless: at a receiver, DATA that comes twice shows it",
    (harness) => {
      const peer = harness.peer();
      peer.write("file");
      const block = contents(512);
      for (let number = 1; number < 60; number++) {
        harness.advance(number < 3 ? 1 : 500);
        const copies = peer.ignoreAll();
        // A peer that sends DATA again for every ACK.
        for (let answers = 0; answers < Math.max(1, copies); answers++) {
          peer.data(number, block);
        }
        peer.ignoreAll();
        ok(number <= 3 || copies === 0, `${copies} ACKs again before block ${number}`);
      }
    },
  ),
];
