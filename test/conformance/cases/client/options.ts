/** Options that a client asks for and is granted: RFC 2347, 2348, 2349, 7440. */
import {
  ERROR_DISK_FULL,
  ERROR_OPTION_NEGOTIATION,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_TOO_LARGE,
} from "lockstep-tftp/engine";
import type { ClientRequest } from "lockstep-tftp/engine/client";
import { type OptionTexts, optionAcknowledgement, packetOf, textFields } from "lockstep-tftp/simulated";
import { equal, equalBytes } from "../../../support/assertions.js";
import { contents } from "../../../support/contents.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";
import { clientCase, serve, take } from "./case.js";

const ALL: ClientRequest = { name: "file", blockSizeBytes: 256, timeoutSeconds: 3, windowSize: 4, tellSize: true };
const ALL_ASKED: OptionTexts = ["blksize", "256", "timeout", "3", "tsize", "0", "windowsize", "4"];

export const clientOptionCases: readonly Case[] = [
  clientCase("RFC 2347: options that are granted are used, and a get acknowledges them with ACK 0", (harness) => {
    const file = contents(3000);
    harness.get(ALL);
    harness.expectRead("file", ALL_ASKED);
    harness.server.reply(optionAcknowledgement(["blksize", "128", "timeout", "3", "tsize", "3000", "windowsize", "3"]));
    harness.server.expectAcknowledgement(0);
    serve(harness, file, { blockSize: 128, windowSize: 3 });
    harness.expectFile("file", file);
    const { blockSizeBytes, windowSize, sizeBytes } = harness.ended;
    equal(blockSizeBytes, 128, "bytes in a block");
    equal(windowSize, 3, "blocks in a window");
    equal(sizeBytes, 3000, "the size that the server told");
  }),

  clientCase("RFC 2347: a put begins with DATA as soon as the OACK is there", (harness) => {
    const file = harness.file("file", contents(3000));
    harness.put(ALL);
    harness.requestPort.ignoreAll();
    harness.server.reply(optionAcknowledgement(["BLKSIZE", "128", "tsize", "3000", "WindowSize", "3"]));
    take(harness, file, { blockSize: 128, windowSize: 3 });
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.sizeBytes, 3000, "the size of what was put");
  }),

  clientCase("RFC 2347: an option that the server leaves out does not apply", (harness) => {
    const file = contents(1000);
    harness.get(ALL);
    harness.requestPort.ignoreAll();
    harness.server.reply(optionAcknowledgement(["tsize", "1000"]));
    harness.server.expectAcknowledgement(0);
    serve(harness, file);
    harness.expectFile("file", file);
  }),

  clientCase("RFC 2347: a server that knows no options sends DATA at once, in blocks of 512", (harness) => {
    const file = contents(1000);
    harness.get(ALL);
    harness.requestPort.ignoreAll();
    serve(harness, file);
    harness.expectFile("file", file);
    equal(harness.ended.sizeBytes, -1, "the size, which is unknown");
  }),

  clientCase("RFC 2347: a server that knows no options acknowledges block 0, and gets blocks of 512", (harness) => {
    const file = harness.file("file", contents(1000));
    harness.put(ALL);
    harness.requestPort.ignoreAll();
    harness.server.acknowledge(0);
    take(harness, file);
  }),

  clientCase("a repeated OACK gets its ACK again, until a block has come", (harness) => {
    const file = contents(1000);
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    const { server } = harness;
    const granted = optionAcknowledgement(["tsize", "1000"]);
    server.reply(granted);
    server.expectAcknowledgement(0);
    server.reply(granted);
    server.expectAcknowledgement(0);
    server.data(1, blockOf(file, 1));
    server.expectAcknowledgement(1);
    server.reply(granted);
    server.expectNothing();
    serve(harness, file, { first: 2 });
    equal(harness.ended.duplicates, 2, "messages that came again");
  }),

  clientCase("a repeated OACK sends no block again", (harness) => {
    const file = harness.file("file", contents(1000));
    harness.put({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    const granted = optionAcknowledgement(["tsize", "1000"]);
    harness.server.reply(granted);
    harness.server.reply(granted);
    harness.server.expectData(1, blockOf(file, 1));
    harness.server.expectNothing();
    harness.server.acknowledge(1);
    take(harness, file, { first: 2 });
  }),

  clientCase("the ACK of an OACK is repeated until a block comes", (harness) => {
    const file = contents(100);
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    harness.server.reply(optionAcknowledgement(["tsize", "100"]));
    harness.advance(1000);
    harness.server.expectAcknowledgement(0);
    harness.server.expectAcknowledgement(0);
    harness.server.ignoreAll();
    serve(harness, file);
  }),

  clientCase("RFC 2349: the agreed timeout is used exactly by the client", (harness) => {
    harness.get({ name: "file", timeoutSeconds: 3 });
    harness.requestPort.ignoreAll();
    harness.server.reply(optionAcknowledgement(["timeout", "3"]));
    const start = harness.now;
    harness.advance(13_000);
    // After two repeats an ACK has its silence.
    equal(harness.server.ignoreSince(start).join(), "0,3000,6000,13000", "when ACK 0 was sent");
    serve(harness, contents(10));
  }),

  clientCase("a window with a gap: the server is told once where to go on (RFC 7440 §4)", (harness) => {
    const file = contents(2000);
    harness.get({ name: "file", windowSize: 4 });
    harness.requestPort.ignoreAll();
    const { server } = harness;
    server.reply(optionAcknowledgement(["windowsize", "4"]));
    server.expectAcknowledgement(0);
    server.data(1, blockOf(file, 1));
    server.data(3, blockOf(file, 3));
    server.expectAcknowledgement(1);
    server.data(4, blockOf(file, 4));
    server.expectNothing();
    for (const block of [2, 3, 4]) {
      server.data(block, blockOf(file, block));
    }
    server.expectAcknowledgement(4);
    harness.expectFile("file", file);
  }),

  clientCase(
    "an announced size larger than allowed ends the transfer with ERROR 3 before any block",
    (harness) => {
      harness.get({ name: "file", tellSize: true });
      harness.requestPort.ignoreAll();
      harness.server.reply(optionAcknowledgement(["tsize", "1025"]));
      harness.server.expectError(ERROR_DISK_FULL);
      equal(harness.ended.outcome, OUTCOME_TOO_LARGE, "the outcome");
    },
    { maxSizeBytes: 1024 },
  ),

  clientCase("a refusal of options ends the transfer if there is no second port", (harness) => {
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    harness.transport.portsAreFree = false;
    harness.server.error(ERROR_OPTION_NEGOTIATION, "no options");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
    equal(harness.ended.errorText, "no options", "the text");
    equal(harness.client.used, 0, "slots that are used");
  }),

  clientCase("the port of the first request is closed when a second is sent", (harness) => {
    const file = contents(100);
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    harness.server.error(ERROR_OPTION_NEGOTIATION);
    harness.advance(1000);
    equal(harness.requestPort.ignoreAll(), 2, "requests without options");
    serve(harness, file);
    harness.expectFile("file", file);
  }),

  clientCase("an OACK with junk after its options is read up to the last whole pair", (harness) => {
    const file = contents(100);
    harness.get({ name: "file", tellSize: true });
    harness.requestPort.ignoreAll();
    harness.server.reply(packetOf(6, textFields("tsize", "100"), "junk"));
    harness.server.expectAcknowledgement(0);
    serve(harness, file);
    equalBytes(harness.storage.files.get("file") as Uint8Array, file, "the file");
  }),
];
