/**
 * The checker finds what a server must not do. A dummy server does it, since the real one does not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTCOME_COMPLETED, OUTCOME_STOPPED } from "lockstep-tftp/engine";
import {
  acknowledgement,
  bytesOf,
  dataMessage,
  errorMessage,
  type OptionTexts,
  RuleViolation,
  readRequest,
} from "lockstep-tftp/simulated";
import { block, DummyServer, LISTENER, PORT, SLOT } from "./dummy-server.js";

const WINDOW: OptionTexts = ["windowsize", "2"];
const OFFER = bytesOf("\0\x06windowsize\x002\0");

test("a server that does everything right breaks no rule", () => {
  const server = new DummyServer().accepts(OFFER, WINDOW);
  server.receives(acknowledgement(0), () => server.sendsWindow());
  server.polls(1000, () => server.sends(block(1)));
  server.receives(acknowledgement(2), () => server.sends(block(3)), PORT, SLOT, 1001);
  server.receives(acknowledgement(3), () => server.ends(OUTCOME_COMPLETED), PORT, SLOT, 1002);
  server.receives(acknowledgement(3), () => {}, 9999, SLOT, 1003);
});

/** Violations, with the checker's words for each. */
const FORBIDDEN: readonly [what: string, rule: RegExp, deed: (server: DummyServer) => void][] = [
  [
    "an answer to a stale ACK",
    /nothing that arrived was a reason/,
    (server) => server.accepts(block(1)).receives(acknowledgement(0), () => server.sends(block(1))),
  ],
  [
    "an answer to an ACK from the future",
    /nothing that arrived was a reason/,
    (server) => server.accepts(block(1)).receives(acknowledgement(7), () => server.sends(block(2))),
  ],
  [
    "no answer to an ACK",
    /had to be answered was not/,
    (server) => server.accepts(block(1)).receives(acknowledgement(1)),
  ],
  ["a block that is not next", /block 1 was next/, (server) => server.accepts(block(2))],
  [
    "other bytes than the file's",
    /does not carry what the file has/,
    (server) => server.accepts(dataMessage(1, new Uint8Array(512))),
  ],
  [
    "an end before the file's end",
    /ends a file that goes on/,
    (server) => {
      server.readsBytes = 512;
      server.accepts(block(1)).receives(acknowledgement(1), () => server.sends(dataMessage(2, new Uint8Array())));
    },
  ],
  ["DATA where an OACK is due", /before its time/, (server) => server.accepts(block(1), WINDOW)],
  ["an OACK that was not asked for", /the OACK is \[\]/, (server) => server.accepts(OFFER)],
  [
    "a window that was not asked for",
    /is the second|must not|block 2 was next|was sent, and block/,
    (server) =>
      server.receives(
        readRequest("file"),
        () => {
          server.starts(block(1));
          server.sends(block(2));
        },
        PORT,
        LISTENER,
      ),
  ],
  [
    "half a window",
    /A window of 2 ended with block 1/,
    (server) => server.accepts(OFFER, WINDOW).receives(acknowledgement(0), () => server.sends(block(1))),
  ],
  [
    "the first window repeated whole",
    /A window of 1 ended with block 2/,
    (server) => {
      server.accepts(OFFER, WINDOW).receives(acknowledgement(0), () => server.sendsWindow());
      server.polls(1000, () => server.sendsWindow());
    },
  ],
  [
    "a window repeated whole three times",
    /A window of 1 ended with block 3/,
    (server) => {
      server.accepts(OFFER, WINDOW).receives(acknowledgement(0), () => server.sendsWindow());
      const sendsRest = (): void => {
        server.sends(block(2));
        server.sends(block(3));
      };
      server.receives(acknowledgement(1), sendsRest);
      for (const now of [1000, 2000, 3000]) {
        server.polls(now, sendsRest);
      }
    },
  ],
  [
    "a repeat too early",
    /was repeated after 29 ms/,
    (server) => server.accepts(block(1)).polls(29, () => server.sends(block(1))),
  ],
  [
    "a third repeat before the first ACK",
    /more than twice/,
    (server) => {
      server.accepts(block(1));
      for (const now of [1000, 2000, 3000]) {
        server.polls(now, () => server.sends(block(1)));
      }
    },
  ],
  [
    "a message to port 69",
    /which no client has/,
    (server) => server.accepts(block(1)).polls(1000, () => server.sends(block(1), SLOT, 69)),
  ],
  [
    "a message to a client without a transfer",
    /has no transfer there/,
    (server) => server.accepts(block(1)).polls(1000, () => server.sends(block(1), SLOT, 2001)),
  ],
  [
    "no ERROR for a stranger",
    /A stranger got 0 answers/,
    (server) => server.accepts(block(1)).receives(acknowledgement(1), () => {}, 2001),
  ],
  [
    "an ERROR for an ERROR",
    /without a reason|silence was due/,
    (server) =>
      server
        .accepts(block(1))
        .receives(errorMessage(5, "no"), () => server.sends(errorMessage(5, "no"), SLOT, 2001), 2001),
  ],
  [
    "an ERROR without a reason",
    /without a reason/,
    (server) => server.accepts(block(1)).receives(acknowledgement(1), () => server.sends(errorMessage(0, "sorry"))),
  ],
  [
    "a path in an ERROR",
    /holds a path/,
    (server) =>
      server.receives(readRequest("no"), () => server.sends(errorMessage(1, "/srv/no"), LISTENER), PORT, LISTENER),
  ],
  [
    "an answer to a stray message",
    /has no transfer there|silence was due/,
    (server) => server.receives(acknowledgement(1), () => server.sends(acknowledgement(1), LISTENER), PORT, LISTENER),
  ],
  [
    "silence for a request that is refused",
    /got no ERROR/,
    (server) => server.receives(readRequest("../file"), () => {}, PORT, LISTENER),
  ],
  [
    "silence for a request that is accepted",
    /was accepted got no answer/,
    (server) => server.accepts(block(1)).receives(readRequest("file"), () => {}, PORT, LISTENER),
  ],
  [
    "the end of a transfer that has not ended",
    /is not the last/,
    (server) => {
      server.accepts(block(1)).receives(acknowledgement(1), () => server.ends(OUTCOME_COMPLETED));
    },
  ],
  [
    "a transfer that goes on after an ERROR",
    /its transfer is still there/,
    (server) => server.accepts(block(1)).receives(errorMessage(0, "enough")),
  ],
  [
    "a file left open",
    /files are open/,
    (server) => {
      server.accepts(block(1)).receives(errorMessage(0, "enough"), () => {
        server.storage.openCount++;
        server.ends(OUTCOME_STOPPED);
      });
    },
  ],
  [
    "a slot that is lost",
    /slots are free/,
    (server) => {
      server.state.free--;
      server.polls(1);
    },
  ],
  ["a transfer that outlives its time", /still there 25000 ms/, (server) => server.accepts(block(1)).polls(25_000)],
  [
    "a nextAt that is too late",
    /wants to be called at/,
    (server) => {
      server.state.nextAt = 25_001;
      server.accepts(block(1));
    },
  ],
  [
    "messages without end",
    /bytes went to/,
    (server) => {
      server.accepts(OFFER, WINDOW);
      for (let now = 0; now < 25_000; now += 100) {
        server.polls(now + 100, () => server.sends(OFFER));
      }
    },
  ],
];

for (const [what, rule, deed] of FORBIDDEN) {
  test(`the checker finds ${what}`, () => {
    assert.throws(
      () => deed(new DummyServer()),
      (error) => error instanceof RuleViolation && error.culprit === "engine" && rule.test(error.message),
    );
  });
}
