/** A request that comes again: RFC 1350 §4, and the wire table of docs/protocol.md. */
import { ERROR_FILE_NOT_FOUND, NOT_FOUND, OUTCOME_SUPERSEDED } from "lockstep-tftp/engine";
import type { OptionTexts } from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { begun, goesOn } from "./two-blocks.js";

/** Options that a client did not ask for, and that somebody asks for in its name. */
const FORGED_OPTIONS: readonly OptionTexts[] = [
  ["blksize", "8"],
  ["timeout", "255"],
  ["windowsize", "4"],
  ["tsize", "0"],
];

export const repeatedRequestCases: readonly Case[] = [
  engineCase("docs/protocol.md, RRQ again before any ACK: the first block again, from the same slot", (harness) => {
    const { peer, file } = begun(harness);
    const { serverPort } = peer;
    for (let times = 0; times < 3; times++) {
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
      equal(peer.serverPort, serverPort, "the port of the repeated answer");
    }
    equal(harness.server.used, 1, "slots that are used");
    equal(harness.observer.startedTransfers.length, 1, "transfers that have started");
    goesOn(harness, peer, file);
  }),

  engineCase("docs/protocol.md, RRQ again before any ACK: the OACK again, from the same slot", (harness) => {
    const file = harness.file("file", contents(5));
    const peer = harness.peer();
    for (let times = 0; times < 3; times++) {
      peer.read("file", ["tsize", "0"]);
      peer.expectOptions(["tsize", "5"]);
    }
    equal(harness.server.used, 1, "slots that are used");
    peer.acknowledge(0);
    peer.expectData(1, file);
    peer.acknowledge(1);
    equal(harness.ended.duplicates, 2, "duplicates");
  }),

  engineCase("docs/protocol.md, WRQ again before any DATA: the ACK again, from the same slot", (harness) => {
    const peer = harness.peer();
    for (let times = 0; times < 3; times++) {
      peer.write("file");
      peer.expectAcknowledgement(0);
    }
    equal(harness.server.used, 1, "slots that are used");
    equal(harness.storage.asked.length, 1, "files that were opened");
    peer.data(1, contents(5));
    peer.expectAcknowledgement(1);
  }),

  engineCase(
    "docs/protocol.md, RRQ again seconds later: the new content of a file that has changed, in a new transfer",
    (harness) => {
      harness.file("file", contents(300));
      const peer = harness.peer();
      peer.read("file");
      peer.expectData(1, contents(300));
      const changed = harness.file("file", contents(700).reverse());
      harness.advance(2500);
      peer.ignoreAll();
      peer.read("file");
      peer.expectData(1, blockOf(changed, 1));
      equal(harness.observer.startedTransfers.length, 2, "transfers that have started");
      goesOn(harness, peer, changed);
      equal(harness.server.used, 0, "slots that are used");
    },
  ),

  engineCase("docs/protocol.md, RRQ again seconds later: the OACK has the new size", (harness) => {
    harness.file("file", contents(5));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "5"]);
    harness.file("file", contents(9));
    harness.advance(10_000);
    peer.ignoreAll();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "9"]);
    peer.acknowledge(0);
    peer.expectData(1, contents(9));
    peer.acknowledge(1);
  }),

  engineCase("docs/protocol.md, RRQ again seconds later: a file that has gone is refused", (harness) => {
    const { peer } = begun(harness);
    harness.advance(2500);
    peer.ignoreAll();
    harness.storage.refusals.set("file", NOT_FOUND);
    peer.read("file");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    equal(harness.ended.outcome, OUTCOME_SUPERSEDED, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("docs/protocol.md, RRQ again at once, doubled by the network: the file is not opened again", (harness) => {
    const { peer, file } = begun(harness);
    harness.advance(200);
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    equal(harness.storage.asked.length, 1, "files that were opened");
    goesOn(harness, peer, file);
  }),

  engineCase("docs/protocol.md, RRQ again: names are compared after cleaning", (harness) => {
    const { peer, file } = begun(harness);
    peer.read("/./file");
    peer.expectData(1, blockOf(file, 1));
    equal(harness.observer.startedTransfers.length, 1, "transfers that have started");
    goesOn(harness, peer, file);
  }),

  engineCase("docs/protocol.md, WRQ again while the old slot lingers: a new transfer", (harness) => {
    const peer = harness.peer();
    peer.put("file", contents(5));
    peer.put("file", contents(6));
    equal(harness.storage.files.get("file")?.length, 6, "bytes in the file");
    equal(harness.observer.endedTransfers.length, 2, "transfers that have ended, each once");
  }),

  ...FORGED_OPTIONS.flatMap((forged) => [
    engineCase(`docs/protocol.md, RRQ again before any ACK: ${forged.join(" ")} changes no download`, (harness) => {
      const { peer, file } = begun(harness);
      peer.read("file", forged);
      peer.expectData(1, blockOf(file, 1));
      goesOn(harness, peer, file);
    }),

    engineCase(
      `docs/protocol.md, RRQ again before any ACK: ${forged.join(" ")} changes no agreed options`,
      (harness) => {
        const file = harness.file("file", contents(600));
        const peer = harness.peer();
        peer.read("file", ["blksize", "512"]);
        peer.expectOptions(["blksize", "512"]);
        peer.read("file", forged);
        peer.expectOptions(["blksize", "512"]);
        peer.acknowledge(0);
        peer.expectData(1, blockOf(file, 1));
        goesOn(harness, peer, file);
      },
    ),

    engineCase(`docs/protocol.md, WRQ again before any DATA: ${forged.join(" ")} changes no upload`, (harness) => {
      const peer = harness.peer();
      peer.write("file");
      peer.expectAcknowledgement(0);
      peer.write("file", forged);
      peer.expectAcknowledgement(0);
      peer.data(1, contents(512));
      peer.expectAcknowledgement(1);
    }),
  ]),

  engineCase("docs/protocol.md, WRQ again seconds later: its options are read again", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    harness.advance(1000);
    peer.ignoreAll();
    peer.write("file", ["blksize", "8"]);
    peer.expectOptions(["blksize", "8"]);
    peer.data(1, contents(5));
    peer.expectAcknowledgement(1);
  }),

  engineCase("RFC 2347: a request repeated without the options it had gets what it asks for now", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["blksize", "8", "timeout", "7"]);
    peer.expectOptions(["blksize", "8", "timeout", "7"]);
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    equal(harness.server.used, 1, "slots that are used");
    goesOn(harness, peer, file);
  }),
];
