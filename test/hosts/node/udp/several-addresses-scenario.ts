/**
 * A machine with several addresses, in a separate network namespace: each answer comes from the requested address, also if
 * that was added later, or went and came back. A broadcast gets no answer.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TftpServer } from "lockstep-tftp";
import { ERROR_FILE_NOT_FOUND, TFTP_PORT } from "lockstep-tftp/engine";
import { ErrorAnswer, fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";

const CONTENT = seededBytes(1, 5000);
const SINGLE_PORT = 6969;
/** A request to a new address makes the server look for that address, at most once a second. The next request is answered. */
const REQUEST_INTERVAL_MS = 1200;

/** The client's addresses. The system would choose them for answers if the server did not choose another. */
const CLIENT_IPV4 = "10.77.0.9";
const CLIENT_IPV6 = "fd77::9";
const BROADCAST = "10.77.0.255";

function ip(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${words.join(" ")}: ${stderr}`);
  return stdout;
}

function addAddress(address: string): void {
  if (address.includes(":")) {
    ip("address", "add", `${address}/64`, "dev", "wire0", "nodad");
  } else {
    ip("address", "add", `${address}/24`, "broadcast", BROADCAST, "dev", "wire0");
  }
}

/** The client's address for requests to `host`. Loopback and link-local addresses reach themselves only. */
function clientAddressFor(host: string): string {
  if (host === "127.0.0.1" || host === "::1" || host.startsWith("fe80:")) {
    return host;
  }
  return host.includes(":") ? CLIENT_IPV6 : CLIENT_IPV4;
}

async function assertAnswersFrom(host: string, port: number): Promise<void> {
  const options = { host, port, localAddress: clientAddressFor(host), requestIntervalMs: REQUEST_INTERVAL_MS };
  const { content, address } = await fetchFile("file", options);
  assert.equal(address, host, "DATA comes from the requested address");
  assert.deepEqual(content, CONTENT);
  await assert.rejects(fetchFile("missing", options), (error) => {
    assert.ok(error instanceof ErrorAnswer);
    assert.equal(error.errorCode, ERROR_FILE_NOT_FOUND);
    assert.equal(error.address, host, "ERROR comes from the requested address");
    return true;
  });
}

/** Opens a socket and counts the datagrams that arrive. */
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
    // A later request has its answer, so the server has handled the earlier one.
    await assertAnswersFrom("10.77.0.1", port);
  }
  assert.equal(witness.arrived(), 3, "broadcasts arrive on this machine");
  assert.equal(asking.arrived(), 0, "broadcasts get no answer");
  asking.socket.close();
  witness.socket.close();
}

/** Adds an interface whose hardware address gives it the same link-local address each time. */
function plugIn(name: string, hardwareAddress: string): void {
  ip("link", "add", name, "address", hardwareAddress, "type", "veth", "peer", "name", `${name}-peer`);
  ip("link", "set", name, "up");
  ip("link", "set", `${name}-peer`, "up");
}

function pullOut(name: string): void {
  ip("link", "delete", name);
}

/** Waits for the link-local address of an interface, which the system first checks for duplicates. */
async function linkLocalAddress(name: string): Promise<string> {
  for (;;) {
    const found = networkInterfaces()[name]?.find(({ address }) => address.startsWith("fe80:"));
    if (found !== undefined && ip("-6", "address", "show", "dev", name, "tentative") === "") {
      return `${found.address}%${name}`;
    }
    await wait(50);
  }
}

plugIn("wire0", "02:00:00:00:77:00");
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
  // The same interface and address with a new number, as after pulling out an adapter for a moment.
  for (let time = 1; time <= 2; time++) {
    plugIn("usb0", "02:00:00:00:77:99");
    const host = await linkLocalAddress("usb0");
    for (const port of [TFTP_PORT, SINGLE_PORT]) {
      await assertAnswersFrom(host, port);
    }
    pullOut("usb0");
  }
  for (const server of servers) {
    await server.close();
  }
} finally {
  rmSync(root, { recursive: true });
}
