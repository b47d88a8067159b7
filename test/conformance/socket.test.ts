/**
 * The wire table as far as sockets can show it: raw UDP against the Node host, on loopback and ephemeral ports.
 *
 * Silence is not waited for. The server is asked something else, and what must not be answered has been passed over when
 * that answer is there.
 */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import os from "node:os";
import { type TestContext, test } from "node:test";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_UNKNOWN_TRANSFER_ID,
  OPCODE_DATA,
  OPCODE_READ_REQUEST,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_STOPPED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
} from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  encodeNetascii,
  errorMessage,
  opcodeOf,
  optionAcknowledgement,
  packetOf,
  readRequest,
  utf8Of,
} from "lockstep-tftp/simulated";
import { contents } from "../support/contents.js";
import { LOOPBACK, ServedFolder } from "../support/served-folder.js";
import { SocketPeer } from "../support/socket-peer.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
/** Two blocks. */
const FILE = contents(600);
const FIRST_BLOCK = FILE.subarray(0, 512);
const LAST_BLOCK = FILE.subarray(512);
const OTHER_LOOPBACK = "127.0.0.2";
const LOOPBACK_VERSION_6 = "::1";
const TFTP_PORT = 69;
/** An address of its own, so that nothing else of this machine is in the way. */
const ADDRESS_AT_TFTP_PORT = "127.0.0.69";
/** Repeats come soon, and the end of a transfer does. */
const IMPATIENT = { initialIntervalMs: 40, minIntervalMs: 40, maxIntervalMs: 40, giveUpMs: 500 };

const hasVersion6 = Object.values(os.networkInterfaces()).some((entries) =>
  entries?.some(({ address }) => address === LOOPBACK_VERSION_6),
);

/** Takes the rest of a download of FILE whose first block has come. */
async function goesOn(peer: SocketPeer): Promise<void> {
  await peer.acknowledge(1);
  await peer.expectData(2, LAST_BLOCK);
  await peer.acknowledge(2);
}

/** The first of `count` ports that were free together a moment ago. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const sockets: dgram.Socket[] = [];
    const bind = async (port: number): Promise<number> => {
      const socket = dgram.createSocket("udp4");
      sockets.push(socket);
      socket.bind(port, LOOPBACK);
      await once(socket, "listening");
      return socket.address().port;
    };
    try {
      const first = await bind(0);
      for (let port = first + 1; port < first + count; port++) {
        await bind(port);
      }
      return first;
    } catch {
      // One of the next ports is taken. There are others.
    } finally {
      for (const socket of sockets) {
        socket.close();
      }
    }
  }
}

for (const sizeBytes of SIZES_BYTES) {
  test(`RFC 1350 §6: ${sizeBytes} bytes, down and up`, async () => {
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

test("RFC 1350 §4: each transfer answers from its own port", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using first = await folder.peer();
  await using second = await folder.peer();
  for (const peer of [first, second]) {
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
  }
  const ports = [folder.port, first.heardFrom?.port, second.heardFrom?.port];
  assert.equal(new Set(ports).size, 3, `three ports: ${ports}`);
  assert.equal(first.heardFrom?.address, LOOPBACK);
  await goesOn(second);
  await goesOn(first);
});

test("RFC 1350 §4: an ERROR instead of a transfer comes from the listening port", async () => {
  await using folder = await ServedFolder.open({});
  await using peer = await folder.peer();
  await peer.read("missing");
  await peer.expectError(ERROR_FILE_NOT_FOUND);
  assert.equal(peer.heardFrom?.port, folder.port);
});

test("single port: every answer comes from the listening port", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { singlePort: true, write: "new" });
  await using first = await folder.peer();
  await using second = await folder.peer();
  for (const peer of [first, second]) {
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    assert.equal(peer.heardFrom?.port, folder.port);
  }
  await goesOn(second);
  await goesOn(first);
  assert.equal(first.heardFrom?.port, folder.port);
  await first.put("copy", FILE);
  assert.equal(first.heardFrom?.port, folder.port);
});

test("port range: transfers answer from its ports, and without a free one there is silence", async () => {
  const first = await freePorts(2);
  await using folder = await ServedFolder.open(
    { file: FILE, other: contents(3) },
    { portRange: { first, last: first + 1 } },
  );
  await using one = await folder.peer();
  await using two = await folder.peer();
  await using three = await folder.peer();
  for (const peer of [one, two]) {
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
  }
  assert.deepEqual([one.heardFrom?.port, two.heardFrom?.port].sort(), [first, first + 1]);
  await three.read("other");
  await one.read("file");
  await one.expectData(1, FIRST_BLOCK);
  await three.expectSilence();
  await goesOn(one);
  await three.read("file");
  await three.expectData(1, FIRST_BLOCK);
  assert.ok([first, first + 1].includes(three.heardFrom?.port as number));
});

test("docs/protocol.md, RRQ again before any ACK: the first packet again, from the same port, one transfer", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  let started = 0;
  folder.server.on("started", () => started++);
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const port = peer.heardFrom?.port;
  for (let times = 0; times < 3; times++) {
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    assert.equal(peer.heardFrom?.port, port);
  }
  assert.equal(started, 1);
  assert.equal(folder.server.running, 1);
  await goesOn(peer);
});

test("docs/protocol.md, RRQ with another name, and again after progress: the old transfer ends, a new one starts", async () => {
  const other = contents(700);
  await using folder = await ServedFolder.open({ file: FILE, other });
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  for (const outcome of [OUTCOME_SUPERSEDED, OUTCOME_SUPERSEDED]) {
    const end = folder.nextEnd();
    await peer.read("other");
    await peer.expectData(1, other.subarray(0, 512));
    assert.equal((await end).outcome, outcome);
    assert.equal(folder.server.running, 1);
    await peer.acknowledge(1);
    await peer.expectData(2, other.subarray(512));
  }
});

test("RFC 1350 §4: a stranger gets ERROR 5 from the transfer's port, and the transfer goes on", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await using stranger = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const port = peer.heardFrom?.port as number;
  await stranger.send(errorMessage(ERROR_NOT_DEFINED), port);
  await stranger.send(acknowledgement(1), port);
  await stranger.expectError(ERROR_UNKNOWN_TRANSFER_ID);
  assert.equal(stranger.heardFrom?.port, port);
  await stranger.expectSilence();
  await goesOn(peer);
});

test("RFC 1350 §4: the same port of another address is a stranger", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await using stranger = await folder.peer({ address: OTHER_LOOPBACK, port: peer.port });
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await stranger.send(acknowledgement(1), peer.heardFrom?.port);
  await stranger.expectError(ERROR_UNKNOWN_TRANSFER_ID);
  await goesOn(peer);
});

for (const singlePort of [false, true]) {
  test(`docs/protocol.md, listening port: silence for everything but requests (singlePort ${singlePort})`, async () => {
    await using folder = await ServedFolder.open({ file: FILE }, { singlePort });
    await using peer = await folder.peer();
    const packets = [
      acknowledgement(0),
      acknowledgement(1),
      dataMessage(1, FIRST_BLOCK),
      dataMessage(1, contents(0)),
      errorMessage(ERROR_NOT_DEFINED),
      errorMessage(ERROR_UNKNOWN_TRANSFER_ID),
      optionAcknowledgement(["blksize", "512"]),
      packetOf(0, "file\0octet\0"),
      packetOf(7, "file\0octet\0"),
      packetOf("junk"),
      packetOf(OPCODE_READ_REQUEST),
      Uint8Array.of(0),
      Uint8Array.of(),
    ];
    for (const packet of packets) {
      await peer.send(packet);
    }
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    await goesOn(peer);
  });
}

test("CVE-2024-2169: a request from port 69 is not answered", async (context: TestContext) => {
  await using folder = await ServedFolder.open({ file: FILE });
  let opened: SocketPeer;
  try {
    opened = await folder.peer({ address: ADDRESS_AT_TFTP_PORT, port: TFTP_PORT });
  } catch (reason) {
    context.skip(`port 69 of ${ADDRESS_AT_TFTP_PORT} is not to be had: ${(reason as Error).message}`);
    return;
  }
  await using server = opened;
  await server.read("file");
  await server.read("missing");
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await server.expectSilence();
  assert.equal(folder.server.running, 1);
});

const REFUSALS: readonly (readonly [string, string, number])[] = [
  ["missing file", "missing", ERROR_FILE_NOT_FOUND],
  ["missing folder", "nowhere/file", ERROR_FILE_NOT_FOUND],
  ["a directory", "folder", ERROR_ACCESS_VIOLATION],
  ["refused name, outside", "../file", ERROR_ACCESS_VIOLATION],
  ["refused name, outside with backslashes", "..\\file", ERROR_ACCESS_VIOLATION],
  ["refused name, a control character", "fi\u0007le", ERROR_ACCESS_VIOLATION],
  ["refused name, empty", "", ERROR_ACCESS_VIOLATION],
];

for (const [what, name, code] of REFUSALS) {
  test(`docs/protocol.md, ${what}: ERROR ${code}`, async () => {
    await using folder = await ServedFolder.open({ "folder/file": FILE });
    await using peer = await folder.peer();
    await peer.read(name);
    await peer.expectError(code);
    assert.equal(folder.server.running, 0);
  });
}

test("docs/protocol.md, unknown mode or malformed request: ERROR 4", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.read("file", [], "mail");
  await peer.expectError(ERROR_ILLEGAL_OPERATION);
  await peer.send(packetOf(OPCODE_READ_REQUEST, "file\0octet"));
  await peer.expectError(ERROR_ILLEGAL_OPERATION);
});

test("docs/protocol.md, refused write: ERROR 2, also when the file does not exist", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  for (const name of ["file", "new"]) {
    await peer.write(name);
    await peer.expectError(ERROR_ACCESS_VIOLATION);
  }
  assert.equal(folder.has("new"), false);
});

test("docs/protocol.md, exists: ERROR 6, unless overwriting is allowed", async () => {
  await using careful = await ServedFolder.open({ file: FILE }, { write: "new" });
  await using peer = await careful.peer();
  await peer.write("file");
  await peer.expectError(ERROR_FILE_EXISTS);
  assert.deepEqual(Buffer.from(careful.contents("file")), Buffer.from(FILE));

  await using generous = await ServedFolder.open({ file: FILE }, { write: "overwrite" });
  await using other = await generous.peer();
  await other.put("file", contents(5));
  assert.deepEqual(Buffer.from(generous.contents("file")), Buffer.from(contents(5)));
});

test("docs/protocol.md, disk full: ERROR 3 for an announced size above the limit, and above the room there is", async () => {
  await using folder = await ServedFolder.open({}, { write: "new", maxSizeBytes: 1000 });
  await using peer = await folder.peer();
  await peer.write("file", ["tsize", "1001"]);
  await peer.expectError(ERROR_DISK_FULL);

  await using unlimited = await ServedFolder.open({}, { write: "new" });
  await using other = await unlimited.peer();
  await other.write("file", ["tsize", "999999999999999"]);
  await other.expectError(ERROR_DISK_FULL);
});

test("docs/protocol.md, disk full: ERROR 3 in the middle of an upload, and the old file stays", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { write: "overwrite", maxSizeBytes: 1000 });
  await using peer = await folder.peer();
  await peer.write("file");
  await peer.expectAcknowledgement(0);
  await peer.data(1, contents(512));
  await peer.expectAcknowledgement(1);
  await peer.data(2, contents(512));
  await peer.expectError(ERROR_DISK_FULL);
  assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(FILE));
});

test("RFC 2347: options in any case and order, blksize first in the OACK and never above 512", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.read("file", ["WindowSize", "99", "x", "y", "TSIZE", "0", "timeout", "7", "BLKSIZE", "1468", "lone"]);
  await peer.expectOptions(["blksize", "512", "timeout", "7", "tsize", "600", "windowsize", "16"]);
  await peer.acknowledge(0);
  await peer.expectData(1, FIRST_BLOCK);
  await peer.expectData(2, LAST_BLOCK);
  await peer.acknowledge(2);
});

test("RFC 2347: options that are unknown or invalid are left out, and without any there is no OACK", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.read("file", ["blksize", "7", "timeout", "256", "windowsize", "0", "multicast", ""]);
  await peer.expectData(1, FIRST_BLOCK);
});

test("RFC 2347: an upload's OACK takes the place of the first ACK", async () => {
  await using folder = await ServedFolder.open({}, { write: "new" });
  await using peer = await folder.peer();
  await peer.write("file", ["tsize", "3", "blksize", "8"]);
  await peer.expectOptions(["blksize", "8", "tsize", "3"]);
  await peer.data(1, contents(3));
  await peer.expectAcknowledgement(1);
  assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(contents(3)));
});

test("docs/protocol.md, request tail: a request of 1,400 bytes with padding after it is read", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.send(packetOf(readRequest("file", ["vendor", "v".repeat(1300), "tsize", "0"]), "\0\0\0junk"));
  await peer.expectOptions(["tsize", "600"]);
});

test("docs/protocol.md, names: slashes of both kinds, and any case with ignoreCase", async () => {
  await using folder = await ServedFolder.open({ "Boot/BCD": FILE }, { ignoreCase: true });
  await using peer = await folder.peer();
  for (const name of ["Boot/BCD", "/Boot//BCD", "./Boot/./BCD", "\\Boot\\BCD", "boot/bcd", "\\BOOT\\bcd"]) {
    await peer.fetch(name, FILE);
  }
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
  await using folder = await ServedFolder.open({ file: FILE }, IMPATIENT);
  await using peer = await folder.peer();
  const end = folder.nextEnd();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await peer.acknowledge(1);
  await peer.expectData(2, LAST_BLOCK);
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

test("docs/protocol.md, no free slot: silence, and the next request is served once a slot is free", async () => {
  await using folder = await ServedFolder.open({ file: FILE, other: contents(3) }, { maxTransfers: 1 });
  await using first = await folder.peer();
  await using second = await folder.peer();
  await first.read("file");
  await first.expectData(1, FIRST_BLOCK);
  await second.read("other");
  await first.read("file");
  await first.expectData(1, FIRST_BLOCK);
  await second.expectSilence();
  const end = folder.nextEnd();
  await goesOn(first);
  await end;
  await second.fetch("file", FILE);
});

test("allowed networks: requests from elsewhere get no answer", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { allow: ["127.0.0.2/31", "192.0.2.0/24"] });
  await using outside = await folder.peer();
  await using inside = await folder.peer({ address: OTHER_LOOPBACK });
  await outside.read("file");
  await outside.read("missing");
  await inside.read("file");
  await inside.expectData(1, FIRST_BLOCK);
  await outside.expectSilence();
  assert.equal(folder.server.running, 1);
  await goesOn(inside);
});

test("addresses: the answer comes from the address that was asked", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { host: [LOOPBACK, OTHER_LOOPBACK] });
  for (const address of [LOOPBACK, OTHER_LOOPBACK]) {
    await using peer = await SocketPeer.open(folder.port, address);
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    assert.equal(peer.heardFrom?.address, address);
    await goesOn(peer);
  }
});

test("addresses: IPv4 and IPv6 on one port", { skip: !hasVersion6 && "no ::1 here" }, async () => {
  await using folder = await ServedFolder.open(
    { file: FILE },
    { host: [LOOPBACK, LOOPBACK_VERSION_6], write: "new", allow: ["::1", "127.0.0.0/8"] },
  );
  for (const address of [LOOPBACK, LOOPBACK_VERSION_6]) {
    await using peer = await SocketPeer.open(folder.port, address);
    await peer.fetch("file", FILE);
    await peer.put(`copy of ${address.length}`, FILE);
    assert.equal(peer.heardFrom?.address, address);
  }
});

test("Node host: two servers in one process serve their own folders", async () => {
  await using one = await ServedFolder.open({ file: contents(700) });
  await using two = await ServedFolder.open({ file: contents(701) });
  await using peerOfOne = await one.peer();
  await using peerOfTwo = await two.peer();
  await peerOfOne.read("file");
  await peerOfTwo.read("file");
  await peerOfOne.expectData(1, contents(700).subarray(0, 512));
  await peerOfTwo.expectData(1, contents(701).subarray(0, 512));
  await one.server.close();
  await peerOfOne.expectError(ERROR_NOT_DEFINED);
  await peerOfTwo.acknowledge(1);
  await peerOfTwo.expectData(2, contents(701).subarray(512));
});

/** Binds the port that a server had, which works when the server has let it go. */
async function canBeBound(port: number): Promise<void> {
  const socket = dgram.createSocket("udp4");
  socket.bind(port, LOOPBACK);
  await once(socket, "listening");
  socket.close();
}

test("Node host: an aborted signal ends transfers with an ERROR and closes the port", async () => {
  const controller = new AbortController();
  await using folder = await ServedFolder.open({ file: FILE }, { signal: controller.signal });
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const { port } = folder;
  const end = folder.nextEnd();
  const closed = once(folder.server, "close");
  controller.abort();
  assert.equal((await end).outcome, OUTCOME_STOPPED);
  await closed;
  await peer.expectError(ERROR_NOT_DEFINED);
  assert.deepEqual(folder.server.addresses, []);
  await canBeBound(port);
});

test("Node host: a signal that is already aborted keeps the server from starting", async () => {
  await assert.rejects(ServedFolder.open({}, { signal: AbortSignal.abort() }), /closed/);
});

test("Node host: disposing of a server closes it", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  const { port, server } = folder;
  await server[Symbol.asyncDispose]();
  assert.deepEqual(server.addresses, []);
  await canBeBound(port);
});

test("Node host: closing with a grace time lets transfers end, and takes no more requests", async () => {
  await using folder = await ServedFolder.open({ file: FILE, other: contents(3) });
  await using peer = await folder.peer();
  await using late = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const end = folder.nextEnd();
  const closed = folder.server.close({ graceMs: 600_000 });
  await late.read("other");
  await peer.acknowledge(1);
  await peer.expectData(2, LAST_BLOCK);
  assert.equal(folder.server.running, 1);
  await peer.acknowledge(2);
  assert.equal((await end).outcome, OUTCOME_COMPLETED);
  await closed;
  await late.expectSilence();
});

test("Node host: transfers that outlast the grace time are stopped", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const end = folder.nextEnd();
  const closed = folder.server.close({ graceMs: 600_000 });
  // The second call is less patient.
  await folder.server.close({ graceMs: 30 });
  await closed;
  assert.equal((await end).outcome, OUTCOME_STOPPED);
  await peer.expectError(ERROR_NOT_DEFINED);
});
