/**
 * A machine with several addresses, in a network namespace of its own: each answer comes from the address that was
 * asked, also if that was added later, and a broadcast gets no answer.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TFTP_PORT, TftpServer } from "lockstep-tftp";
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { ErrorAnswer, fetchFile } from "../support/retrying-client.js";
import { seededBytes } from "../support/seed.js";

const CONTENT = seededBytes(1, 5000);
const SINGLE_PORT = 6969;

/** The client's addresses. The system would choose them for answers if the server did not. */
const CLIENT_IPV4 = "10.77.0.9";
const CLIENT_IPV6 = "fd77::9";
const BROADCAST = "10.77.0.255";

function ip(...words: string[]): void {
  const { status, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${words.join(" ")}: ${stderr}`);
}

function addAddress(address: string): void {
  if (address.includes(":")) {
    ip("address", "add", `${address}/64`, "dev", "wire0", "nodad");
  } else {
    ip("address", "add", `${address}/24`, "broadcast", BROADCAST, "dev", "wire0");
  }
}

async function assertAnswersFrom(host: string, port: number): Promise<void> {
  const isLoopback = host === "127.0.0.1" || host === "::1";
  const clientAddress = host.includes(":") ? CLIENT_IPV6 : CLIENT_IPV4;
  const options = { host, port, ...(isLoopback ? {} : { localAddress: clientAddress }) };
  const { content, address } = await fetchFile("file", options);
  assert.equal(address, host, "DATA comes from the address that was asked");
  assert.deepEqual(content, CONTENT);
  await assert.rejects(fetchFile("missing", options), (error) => {
    assert.ok(error instanceof ErrorAnswer);
    assert.equal(error.errorCode, ERROR_FILE_NOT_FOUND);
    assert.equal(error.address, host, "ERROR comes from the address that was asked");
    return true;
  });
}

/** Counts what arrives at a socket. */
async function openSocket(address: string): Promise<{ socket: dgram.Socket; arrived: () => number }> {
  const socket = dgram.createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  let count = 0;
  socket.on("message", () => {
    count++;
  });
  return { socket, arrived: () => count };
}

async function assertBroadcastUnanswered(port: number): Promise<void> {
  const asking = await openSocket(CLIENT_IPV4);
  const witness = await openSocket("0.0.0.0");
  asking.socket.setBroadcast(true);
  const request = Buffer.from("\0\x01file\0octet\0", "latin1");
  for (let time = 1; time <= 3; time++) {
    asking.socket.send(request, port, BROADCAST);
    asking.socket.send(request, witness.socket.address().port, BROADCAST);
    await once(witness.socket, "message");
    // What comes later has its answer, so the server has seen what came before.
    await assertAnswersFrom("10.77.0.1", port);
  }
  assert.equal(witness.arrived(), 3, "broadcasts arrive on this machine");
  assert.equal(asking.arrived(), 0, "broadcasts get no answer");
  asking.socket.close();
  witness.socket.close();
}

ip("link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
ip("link", "set", "wire0", "up");
ip("link", "set", "wire1", "up");
const addresses = ["10.77.0.1", "10.77.0.2", "fd77::1", "fd77::2"];
for (const address of [...addresses, CLIENT_IPV4, CLIENT_IPV6]) {
  addAddress(address);
}
const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
try {
  writeFileSync(path.join(root, "file"), CONTENT);
  const servers = [new TftpServer({ root }), new TftpServer({ root, port: SINGLE_PORT, singlePort: true })];
  for (const server of servers) {
    await server.listen();
  }
  for (const port of [TFTP_PORT, SINGLE_PORT]) {
    for (const host of ["127.0.0.1", "::1", ...addresses]) {
      await assertAnswersFrom(host, port);
    }
    await assertBroadcastUnanswered(port);
  }
  for (const host of ["10.77.0.3", "fd77::3"]) {
    addAddress(host);
    for (const port of [TFTP_PORT, SINGLE_PORT]) {
      await assertAnswersFrom(host, port);
      await assertBroadcastUnanswered(port);
    }
  }
  for (const server of servers) {
    await server.close();
  }
} finally {
  rmSync(root, { recursive: true });
}
