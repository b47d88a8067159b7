/**
 * The conformance cases over real sockets: raw UDP against the Node host, on loopback and ephemeral ports.
 *
 * No test waits for silence. The server is asked something else, and once that answer has come, an answer to the earlier
 * message would have come too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ERROR_NOT_DEFINED,
  OPCODE_DATA,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_TIMED_OUT,
} from "lockstep-tftp/engine";
import { encodeNetascii, errorMessage, numberOf, opcodeOf, payloadOf, utf8Of } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { ServedFolder } from "../../support/served-folder.js";
import { FILE, FIRST_BLOCK, LAST_BLOCK } from "./two-blocks.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
/** Repeats come soon, and so does the end of a transfer. */
const IMPATIENT = { initialIntervalMs: 40, minIntervalMs: 40, maxIntervalMs: 40, giveUpMs: 500 };

for (const sizeBytes of SIZES_BYTES) {
  test(`RFC 1350 §6: a file of ${sizeBytes} bytes, down and up`, async () => {
    const file = contents(sizeBytes);
    await using folder = await ServedFolder.open({ file }, { write: "new" });
    await using peer = await folder.peer();
    await peer.fetch("file", file);
    await peer.put("copy", file);
    assert.deepEqual(Buffer.from(folder.contents("copy")), Buffer.from(file));
  });
}

test("docs/protocol.md, block 65535: 0 follows, in windows", async () => {
  const file = contents(65_545 * 8 + 3);
  await using folder = await ServedFolder.open({ file });
  await using peer = await folder.peer();
  await peer.fetch("file", file, ["blksize", "8", "windowsize", "16"], 8, 16);
});

test("RFC 764 netascii: a text, down and up", async () => {
  const file = utf8Of("one\ntwo\rthree\r\n".repeat(60));
  const wire = encodeNetascii(file);
  await using folder = await ServedFolder.open({ file }, { write: "new" });
  await using peer = await folder.peer();
  await peer.read("file", [], "netascii");
  await peer.expectData(1, wire.subarray(0, 512));
  await peer.acknowledge(1);
  await peer.expectData(2, wire.subarray(512, 1024));
  await peer.acknowledge(2);
  await peer.expectData(3, wire.subarray(1024));
  await peer.acknowledge(3);
  await peer.write("copy", [], "netascii");
  await peer.expectAcknowledgement(0);
  for (const block of [1, 2, 3]) {
    await peer.data(block, wire.subarray((block - 1) * 512, block * 512));
    await peer.expectAcknowledgement(block);
  }
  assert.deepEqual(Buffer.from(folder.contents("copy")), Buffer.from(file));
});

test("RFC 1123 §4.2.3.1: with every ACK doubled every block comes once", async () => {
  const file = contents(5000);
  await using folder = await ServedFolder.open({ file });
  await using peer = await folder.peer();
  const end = folder.nextEnd();
  await peer.read("file");
  for (let block = 1; block <= 10; block++) {
    await peer.expectData(block, file.subarray((block - 1) * 512, block * 512));
    await peer.acknowledge(block);
    if (block < 10) {
      await peer.acknowledge(block);
    }
  }
  assert.equal((await end).outcome, OUTCOME_COMPLETED);
  await peer.expectSilence();
});

test("RFC 1350 §2: both sides repeat what is not answered", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { ...IMPATIENT, giveUpMs: 60_000, write: "new" });
  await using reader = await folder.peer();
  await reader.read("file");
  await reader.expectData(1, FIRST_BLOCK);
  await reader.expectData(1, FIRST_BLOCK);
  await using writer = await folder.peer();
  await writer.write("new");
  await writer.expectAcknowledgement(0);
  await writer.expectAcknowledgement(0);
  await writer.expectAcknowledgement(0);
  await writer.expectAcknowledgement(0);
});

test("docs/protocol.md, before the first ACK: a block is sent at most three times, then the transfer ends", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, IMPATIENT);
  await using peer = await folder.peer();
  const end = folder.nextEnd();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  assert.equal((await end).outcome, OUTCOME_TIMED_OUT);
  await peer.read("missing");
  let blocks = 1;
  while (opcodeOf((await peer.next()).packet) === OPCODE_DATA) {
    blocks++;
  }
  assert.ok(blocks <= 3, `the block came ${blocks} times`);
});

test("docs/protocol.md, last DATA never acknowledged: probably complete", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { ...IMPATIENT, giveUpMs: 2000 });
  await using peer = await folder.peer();
  const end = folder.nextEnd();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await peer.acknowledge(1);
  // Until the server has the ACK, it repeats the first block.
  let packet = await peer.receive(OPCODE_DATA);
  while (numberOf(packet) === 1) {
    packet = await peer.receive(OPCODE_DATA);
  }
  assert.deepEqual(Buffer.from(payloadOf(packet)), Buffer.from(LAST_BLOCK));
  assert.deepEqual(await end, { outcome: OUTCOME_PROBABLY_COMPLETED, bytes: 512 });
});

test("docs/protocol.md, last ACK: repeated while the slot lingers", async () => {
  await using folder = await ServedFolder.open({}, { write: "new" });
  await using peer = await folder.peer();
  await peer.put("file", FILE);
  assert.equal(folder.server.running, 0);
  for (let times = 0; times < 3; times++) {
    await peer.data(2, LAST_BLOCK);
    await peer.expectAcknowledgement(2);
  }
  assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(FILE));
});

test("docs/protocol.md, duplicate DATA at a receiver: its ACK again, and it is written once", async () => {
  await using folder = await ServedFolder.open({}, { write: "new" });
  await using peer = await folder.peer();
  await peer.write("file");
  await peer.expectAcknowledgement(0);
  for (let times = 0; times < 3; times++) {
    await peer.data(1, FIRST_BLOCK);
    await peer.expectAcknowledgement(1);
  }
  await peer.data(2, LAST_BLOCK);
  await peer.expectAcknowledgement(2);
  assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(FILE));
});

test("docs/protocol.md, ERROR from the peer: a normal end before the first ACK, an abort after it", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { write: "new" });
  await using peer = await folder.peer();
  for (const isAnswered of [false, true]) {
    const end = folder.nextEnd();
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    if (isAnswered) {
      await peer.acknowledge(1);
      await peer.expectData(2, LAST_BLOCK);
    }
    await peer.reply(errorMessage(ERROR_NOT_DEFINED));
    assert.equal((await end).outcome, isAnswered ? OUTCOME_ABORTED_BY_PEER : OUTCOME_DECLINED);
    assert.equal(folder.server.running, 0);
  }
});

test("uploads: nothing has the final name before the last block, or after an abort", async () => {
  await using folder = await ServedFolder.open({ file: contents(5) }, { write: "overwrite" });
  await using peer = await folder.peer();
  for (const name of ["file", "new"]) {
    const end = folder.nextEnd();
    await peer.write(name);
    await peer.expectAcknowledgement(0);
    await peer.data(1, FIRST_BLOCK);
    await peer.expectAcknowledgement(1);
    assert.equal(folder.has("new"), false);
    assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(contents(5)));
    await peer.reply(errorMessage(ERROR_NOT_DEFINED));
    await end;
    assert.equal(folder.has("new"), false);
    assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(contents(5)));
  }
});
