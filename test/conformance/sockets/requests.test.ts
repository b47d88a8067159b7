/** Requests over real sockets: repeated ones, refused ones, and their options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  OPCODE_READ_REQUEST,
} from "lockstep-tftp/engine";
import { packetOf, readRequest } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { ServedFolder } from "../../support/served-folder.js";
import { FILE, FIRST_BLOCK, goesOn, LAST_BLOCK } from "./two-blocks.js";

const REFUSALS: readonly (readonly [string, string, number])[] = [
  ["missing file", "missing", ERROR_FILE_NOT_FOUND],
  ["missing folder", "nowhere/file", ERROR_FILE_NOT_FOUND],
  ["a directory", "folder", ERROR_ACCESS_VIOLATION],
  ["refused name, outside", "../file", ERROR_ACCESS_VIOLATION],
  ["refused name, outside with backslashes", "..\\file", ERROR_ACCESS_VIOLATION],
  ["refused name, a control character", "fi\u0007le", ERROR_ACCESS_VIOLATION],
  ["refused name, empty", "", ERROR_ACCESS_VIOLATION],
];

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
  await peer.expectOptions(["blksize", "512", "timeout", "7", "tsize", "600", "windowsize", "64"]);
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
