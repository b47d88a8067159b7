/** Requests of the client: their form, their answers, and requests without an answer. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_NOT_DEFINED,
  OPCODE_WRITE_REQUEST,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
  OUTCOME_UNANSWERED,
} from "lockstep-tftp/engine";
import { type ClientRequest, NO_SLOT } from "lockstep-tftp/engine/client";
import { acknowledgement, dataMessage, packetOf, readRequest, textFields, writeRequest } from "lockstep-tftp/simulated";
import { equal, ok } from "../../../support/assertions.js";
import { type ClientHarness, SLOT } from "../../../support/client-harness.js";
import { contents } from "../../../support/contents.js";
import type { Case } from "../case.js";
import { clientCase, serve, take } from "./case.js";

const HOUR_MS = 3_600_000;

/** Requests that the client must reject. */
const IMPOSSIBLE: readonly (readonly [what: string, request: ClientRequest])[] = [
  ["no name", { name: "" }],
  ["a zero byte in the name", { name: "a\0b" }],
  ["a name of 504 bytes", { name: "x".repeat(504) }],
  ["a name of 504 bytes in 252 characters", { name: "ü".repeat(252) }],
  ["a name of 501 bytes for netascii", { name: "x".repeat(501), isNetascii: true }],
  ["a name of 439 bytes with an option", { name: "x".repeat(439), tellSize: true }],
  ["a block size of 7", { name: "file", blockSizeBytes: 7 }],
  ["a block size of 513", { name: "file", blockSizeBytes: 513 }],
  ["a block size of 8.5", { name: "file", blockSizeBytes: 8.5 }],
  ["a timeout of 0", { name: "file", timeoutSeconds: 0 }],
  ["a timeout of 256", { name: "file", timeoutSeconds: 256 }],
  ["a window of 0", { name: "file", windowSize: 0 }],
  ["a window of 16385", { name: "file", windowSize: 16_385 }],
];

const impossible = IMPOSSIBLE.map(([what, request]) =>
  clientCase(`a request with ${what} is a RangeError, and takes nothing`, ({ client, storage, transport, now }) => {
    const file = storage.openForWriting("any", -1) as Parameters<typeof client.get>[1];
    let thrown: unknown;
    try {
      client.get(request, file, "192.0.2.1", 69, now);
    } catch (error) {
      thrown = error;
    }
    ok(thrown instanceof RangeError, "a RangeError is thrown");
    equal(client.used, 0, "slots that are used");
    equal(transport.openedCount, 0, "ports that were opened");
    file.close();
  }),
);

const longest = [
  { name: "x".repeat(503) },
  { name: "x".repeat(500), isNetascii: true },
  { name: "x".repeat(438), tellSize: true, blockSizeBytes: 512, timeoutSeconds: 255, windowSize: 16_384 },
].map((request) =>
  clientCase(`RFC 2347: a request for a name of ${request.name.length} bytes has at most 512`, (harness) => {
    harness.file(request.name, contents(1));
    harness.put(request);
    const [packet] = harness.requestPort.receiveAll();
    ok(packet !== undefined && packet.length <= 512, `${packet?.length} bytes`);
    harness.abort();
  }),
);

/** Answers a get with a small file, from a new server port. */
function answer(harness: ClientHarness, slot: number, file: Uint8Array): void {
  const server = harness.peer();
  server.send(dataMessage(1, file), slot);
  server.expectAcknowledgement(1);
}

export const clientRequestCases: readonly Case[] = [
  ...impossible,
  ...longest,

  clientCase("a name goes as UTF-8, U+DC80 to U+DCFF as a single byte", (harness) => {
    harness.file("T\udcfcr\udc80\udcff", contents(1));
    harness.put({ name: "T\udcfcr\udc80\udcff" });
    const [packet] = harness.requestPort.receiveAll();
    const expected = packetOf(OPCODE_WRITE_REQUEST, "T", Uint8Array.of(0xfc), "r", Uint8Array.of(0x80, 0xff, 0));
    equal(String(packet?.subarray(0, expected.length)), String(expected), "the name on the wire");
    harness.abort();
  }),

  clientCase("a name goes as UTF-8, half a pair of UTF-16 as U+FFFD", (harness) => {
    harness.file("ü€😀\ud800.bin", contents(1));
    harness.put({ name: "ü€😀\ud800.bin" });
    harness.expectWrite("ü€😀\ufffd.bin");
    harness.abort();
  }),

  clientCase(
    "RFC 1123 §4.2.3.2: a request is repeated with longer and longer pauses, and given up after 25 s",
    (harness) => {
      harness.get({ name: "file" });
      const start = harness.now;
      harness.advance(24_999);
      equal(harness.requestPort.ignoreSince(start).join(), "0,1000,3000,7000,13000,19000", "the requests");
      equal(harness.client.running, 1, "transfers that run");
      harness.advance(1);
      equal(harness.ended.outcome, OUTCOME_UNANSWERED, "the outcome");
      equal(harness.ended.port, -1, "the port of an unknown server");
      equal(harness.transport.openPorts.size, 0, "open ports");
      harness.expectNoFile("file");
    },
  ),

  clientCase("a client that waits for its server asks every second, without an end", (harness) => {
    const file = contents(100);
    harness.get({ name: "file", wait: true });
    const start = harness.now;
    harness.advance(5000);
    equal(harness.requestPort.ignoreSince(start).join(), "0,1000,2000,3000,4000,5000", "the requests");
    harness.advance(HOUR_MS);
    equal(harness.requestPort.ignoreAll(), HOUR_MS / 1000, "requests in an hour");
    serve(harness, file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  clientCase(
    "a client that waits for its server does not give up, however short giveUpMs is",
    (harness) => {
      const file = contents(100);
      harness.get({ name: "file", wait: true });
      harness.advance(5500);
      equal(harness.requestPort.ignoreAll(), 6, "requests");
      serve(harness, file);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    },
    { giveUpMs: 300 },
  ),

  clientCase(
    "a client that has waited for its server gives up after giveUpMs if the server answers and falls silent",
    (harness) => {
      harness.get({ name: "file", wait: true });
      harness.advance(100_000);
      harness.requestPort.ignoreAll();
      harness.server.data(1, contents(512));
      harness.advance(24_999);
      equal(harness.client.running, 1, "transfers that run");
      harness.advance(1);
      equal(harness.client.running, 0, "transfers that run");
      harness.server.ignoreAll();
    },
  ),

  clientCase("after slow repeats of the request the first answer sets the pace again", (harness) => {
    harness.get({ name: "file" });
    harness.advance(20_000);
    harness.requestPort.ignoreAll();
    harness.server.data(1, contents(512));
    const start = harness.now;
    harness.advance(1000);
    equal(harness.server.ignoreSince(start).join(), "0,1000", "when the first ACK was sent");
    harness.abort();
    harness.server.ignoreAll();
  }),

  clientCase("garbage that is not text is ignored", (harness) => {
    const file = harness.file("firmware", contents(700));
    harness.put({ name: "firmware" });
    harness.expectWrite("firmware");
    const garbage = [
      packetOf("text", Uint8Array.of(0x01)),
      packetOf("text", Uint8Array.of(0xc3, 0xbc)),
      packetOf(0, 0),
    ];
    for (const packet of garbage) {
      harness.server.reply(packet);
    }
    harness.server.acknowledge(0);
    harness.server.receive(3);
    for (const packet of garbage) {
      harness.server.reply(packet);
    }
    harness.server.expectNothing();
    harness.server.acknowledge(1);
    take(harness, file, { first: 2 });
  }),

  clientCase("an ERROR from another machine ends no transfer", (harness) => {
    const file = contents(10);
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.peer(69, "192.0.2.66").send(packetOf(5, ERROR_ACCESS_VIOLATION, textFields("no")), SLOT);
    serve(harness, file);
    harness.expectFile("file", file);
  }),

  clientCase("an aborted transfer sends an ERROR to its server, and leaves nothing", (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.data(1, contents(512));
    harness.server.expectAcknowledgement(1);
    harness.abort();
    harness.server.expectError(ERROR_NOT_DEFINED);
    equal(harness.ended.outcome, OUTCOME_STOPPED, "the outcome");
    equal(harness.client.used, 0, "slots that are used");
    harness.expectNoFile("file");
    harness.abort();
  }),

  clientCase("a request that is aborted before an answer ends silently", (harness) => {
    harness.get({ name: "file", wait: true });
    harness.expectRead("file");
    harness.abort();
    equal(harness.ended.outcome, OUTCOME_STOPPED, "the outcome");
    harness.server.data(1, contents(10));
    harness.server.expectNothing();
  }),

  clientCase("a client that is stopped ends every transfer", (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.data(1, contents(512));
    harness.server.expectAcknowledgement(1);
    harness.stop();
    harness.server.expectError(ERROR_NOT_DEFINED);
    equal(harness.ended.outcome, OUTCOME_STOPPED, "the outcome");
  }),

  clientCase(
    "a third transfer is refused in a pool of two",
    (harness) => {
      const file = contents(10);
      const slots = [harness.get({ name: "first" }), harness.get({ name: "second" })];
      equal(slots.join(), "0,1", "the slots");
      equal(harness.get({ name: "third" }), NO_SLOT, "the third slot");
      harness.requestPort.ignoreAll();
      answer(harness, 1, file);
      answer(harness, 0, file);
      harness.expectFile("first", file);
      harness.expectFile("second", file);
    },
    { maxTransfers: 2 },
  ),

  clientCase("a transfer without a free port is refused", (harness) => {
    harness.transport.portsAreFree = false;
    equal(harness.get({ name: "file" }), NO_SLOT, "the slot");
    equal(harness.client.used, 0, "slots that are used");
  }),

  clientCase("a client ignores requests on the port of its transfer", (harness) => {
    const file = contents(10);
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.reply(readRequest("secret"));
    harness.server.reply(writeRequest("secret"));
    harness.server.reply(acknowledgement(0));
    harness.server.expectNothing();
    serve(harness, file);
  }),
];
