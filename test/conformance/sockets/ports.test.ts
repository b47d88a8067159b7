/** Ports and addresses over real sockets: where answers come from, and who gets none. */
import assert from "node:assert/strict";
import os from "node:os";
import { type TestContext, test } from "node:test";
import {
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  ERROR_UNKNOWN_TRANSFER_ID,
  OPCODE_READ_REQUEST,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, errorMessage, optionAcknowledgement, packetOf } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { freePorts } from "../../support/free-port.js";
import { LOOPBACK, ServedFolder } from "../../support/served-folder.js";
import { SocketPeer } from "../../support/socket-peer.js";
import { FILE, FIRST_BLOCK, goesOn } from "./two-blocks.js";

const OTHER_LOOPBACK = "127.0.0.2";
const LOOPBACK_VERSION_6 = "::1";
const TFTP_PORT = 69;
/** Port 69 of this address is free, whatever else runs on the machine. */
const ADDRESS_AT_TFTP_PORT = "127.0.0.69";

const hasVersion6 = Object.values(os.networkInterfaces()).some((entries) =>
  entries?.some(({ address }) => address === LOOPBACK_VERSION_6),
);

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
