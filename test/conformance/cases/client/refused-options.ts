/** Servers that refuse options, ignore requests with options, or grant what was not asked for. */
import {
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_OPTION_NEGOTIATION,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROTOCOL_VIOLATED,
} from "lockstep-tftp/engine";
import type { ClientRequest } from "lockstep-tftp/engine/client";
import { type OptionTexts, optionAcknowledgement, packetOf, textFields } from "lockstep-tftp/simulated";
import { equal } from "../../../support/assertions.js";
import { contents } from "../../../support/contents.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";
import { clientCase, serve, take } from "./case.js";

const ALL: ClientRequest = { name: "file", blockSizeBytes: 256, timeoutSeconds: 3, windowSize: 4, tellSize: true };
const ALL_ASKED: OptionTexts = ["blksize", "256", "timeout", "3", "tsize", "0", "windowsize", "4"];

/** OACKs that do not fit the request. */
const IMPOSSIBLE: readonly (readonly [what: string, asked: Partial<ClientRequest>, granted: OptionTexts])[] = [
  ["an option, though none was asked for", {}, ["tsize", "100"]],
  ["an option that was not asked for", { tellSize: true }, ["blksize", "512"]],
  ["an unknown option", { tellSize: true }, ["tsize", "5", "multicast", "1"]],
  ["a block size that is larger than asked", { blockSizeBytes: 256 }, ["blksize", "257"]],
  ["a block size of more than 512", { blockSizeBytes: 512 }, ["blksize", "1428"]],
  ["a block size of less than 8", { blockSizeBytes: 256 }, ["blksize", "7"]],
  ["a block size of 0", { blockSizeBytes: 256 }, ["blksize", "0"]],
  ["a block size that is not a number", { blockSizeBytes: 256 }, ["blksize", "big"]],
  ["another timeout", { timeoutSeconds: 3 }, ["timeout", "4"]],
  ["a window that is larger than asked", { windowSize: 4 }, ["windowsize", "5"]],
  ["a window of 0", { windowSize: 4 }, ["windowsize", "0"]],
  ["a negative size", { tellSize: true }, ["tsize", "-1"]],
];

const impossible = IMPOSSIBLE.flatMap(([what, asked, granted]) =>
  (["get", "put"] as const).map((verb) =>
    clientCase(
      `RFC 2347: an OACK with ${what} gets ERROR 8, and ends the transfer without options (${verb})`,
      (harness) => {
        if (verb === "put") {
          harness.file("file", contents(100));
        }
        harness[verb]({ name: "file", ...asked });
        harness.requestPort.ignoreAll();
        harness.server.reply(optionAcknowledgement(granted));
        harness.server.expectError(ERROR_OPTION_NEGOTIATION);
        if (Object.keys(asked).length > 0) {
          verb === "put" ? harness.expectWrite("file") : harness.expectRead("file");
          const again = harness.peer();
          again.serverPort = harness.requestPort.serverPort;
          again.reply(optionAcknowledgement(granted));
          again.expectError(ERROR_OPTION_NEGOTIATION);
        }
        equal(harness.ended.outcome, OUTCOME_PROTOCOL_VIOLATED, "the outcome");
        equal(harness.observer.startedTransfers.length, 0, "transfers that have started");
      },
    ),
  ),
);

/** Error codes by which servers refuse options. */
const REFUSALS = [ERROR_OPTION_NEGOTIATION, ERROR_ILLEGAL_OPERATION];

const refusals = REFUSALS.flatMap((code) => [
  clientCase(
    `a get whose options are refused with ERROR ${code} asks again without them, from a new port`,
    (harness) => {
      const file = contents(1000);
      harness.get(ALL);
      harness.expectRead("file", ALL_ASKED);
      harness.server.error(code, "options?");
      harness.expectRead("file");
      const plain = harness.peer();
      plain.serverPort = harness.requestPort.serverPort;
      for (const block of [1, 2]) {
        plain.data(block, blockOf(file, block));
        plain.expectAcknowledgement(block);
      }
      harness.expectFile("file", file);
      equal(harness.transport.openedCount, 2, "ports that were opened");
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
      equal(harness.ended.errorCode, -1, "the error code");
    },
  ),

  clientCase(`a put whose options are refused with ERROR ${code} asks again without them`, (harness) => {
    const file = harness.file("file", contents(1000));
    harness.put(ALL);
    harness.expectWrite("file", ["blksize", "256", "timeout", "3", "tsize", "1000", "windowsize", "4"]);
    harness.server.error(code, "options?");
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    take(harness, file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  clientCase(`ERROR ${code} to a request without options is a refusal`, (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.error(code, "no such mode");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
    equal(harness.ended.errorCode, code, "the error code");
    harness.requestPort.expectNothing();
  }),
]);

export const clientRefusedOptionCases: readonly Case[] = [
  ...impossible,
  ...refusals,

  clientCase("after an OACK that grants too much a get goes on without options", (harness) => {
    const file = contents(1000);
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    harness.server.reply(optionAcknowledgement(["tsize", "1000", "blksize", "1468"]));
    harness.server.expectError(ERROR_OPTION_NEGOTIATION);
    harness.expectRead("file");
    const plain = harness.peer();
    plain.serverPort = harness.requestPort.serverPort;
    for (const block of [1, 2]) {
      plain.data(block, blockOf(file, block));
      plain.expectAcknowledgement(block);
    }
    harness.expectFile("file", file);
  }),

  clientCase("from the second repeat on, every other request is without options", (harness) => {
    const file = harness.file("file", contents(1000));
    harness.put({ name: "file", tellSize: true, wait: true });
    for (let round = 0; round < 3; round++) {
      harness.advance(round === 0 ? 1000 : 2000);
    }
    const asked = ["tsize", "1000"];
    for (const options of [asked, asked, [], asked, [], asked]) {
      harness.expectWrite("file", options);
    }
    harness.server.acknowledge(0);
    take(harness, file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  clientCase(
    "a file that ends before the announced size ends the transfer with ERROR 0, and leaves nothing",
    (harness) => {
      const file = contents(1000);
      harness.get({ name: "file", tellSize: true });
      harness.requestPort.ignoreAll();
      harness.server.reply(optionAcknowledgement(["tsize", "1001"]));
      harness.server.expectAcknowledgement(0);
      harness.server.data(1, blockOf(file, 1));
      harness.server.expectAcknowledgement(1);
      harness.server.data(2, blockOf(file, 2));
      harness.server.expectError(ERROR_NOT_DEFINED);
      equal(harness.ended.outcome, OUTCOME_PROTOCOL_VIOLATED, "the outcome");
      harness.expectNoFile("file");
    },
  ),

  ...["\0", "\0\0", "\0\0\0\0\0"].map((padding) =>
    clientCase(`an OACK with ${padding.length} zero bytes after its options is accepted`, (harness) => {
      const file = contents(100);
      harness.get({ name: "file", tellSize: true });
      harness.requestPort.ignoreAll();
      harness.server.reply(packetOf(6, textFields("tsize", "100"), padding));
      harness.server.expectAcknowledgement(0);
      serve(harness, file);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    }),
  ),
];
