/**
 * A download over an interface that is much slower than the server, in a separate network namespace: the system accepts no
 * more datagrams for a while, and Node holds the rest.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { mock } from "node:test";
import { TftpServer } from "lockstep-tftp";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";

/** More than the some 170 datagrams that the system keeps for a socket. */
const WINDOW_SIZE = 500;
const CONTENT = seededBytes(1, 2.5 * WINDOW_SIZE * 512);
/** A datagram takes half a millisecond, so that a server fills its window first, however slow it is. */
const SLOW = "qdisc add dev lo root tbf rate 8mbit burst 4kb limit 10mb";

const { status, stderr } = spawnSync("tc", SLOW.split(" "), { encoding: "utf8" });
assert.equal(status, 0, stderr);

/** Largest number of datagrams that Node held back for one socket. */
let maxHeld = 0;
const { createSocket } = dgram;
mock.method(dgram, "createSocket", (options: dgram.SocketOptions) => {
  const socket = createSocket(options);
  const getSendQueueCount = socket.getSendQueueCount.bind(socket);
  socket.getSendQueueCount = () => {
    maxHeld = Math.max(maxHeld, getSendQueueCount());
    return getSendQueueCount();
  };
  return socket;
});

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
try {
  writeFileSync(path.join(root, "file"), CONTENT);
  // Nothing is lost, and neither end repeats anything: each block has one chance.
  const patience = { minIntervalMs: 10_000, maxIntervalMs: 10_000 };
  const server = new TftpServer({ root, host: "127.0.0.1", port: 0, maxWindowSize: WINDOW_SIZE, ...patience });
  await server.listen();
  const { port } = server.addresses[0] as { port: number };
  let retransmissions = 0;
  server.on("progress", (transfer) => {
    retransmissions = transfer.retransmissions;
  });
  const fetched = await fetchFile("file", { port, options: { windowsize: WINDOW_SIZE }, intervalMs: 10_000 });
  assert.equal(fetched.granted?.windowsize, WINDOW_SIZE);
  assert.ok(fetched.content.equals(CONTENT));
  assert.equal(retransmissions, 0, "no datagram had the bytes of another");
  assert.ok(maxHeld > 0, "Node has held datagrams back");
  await server.close();
} finally {
  rmSync(root, { recursive: true });
}
