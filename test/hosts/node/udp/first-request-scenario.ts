/**
 * A machine in a separate network namespace whose addresses appear late, or on an interface without carrier. Clients ask
 * once, and get their answer from the requested address. Meanwhile nobody else can bind the port.
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
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";

const PORT = 6969;
const CONTENT = seededBytes(1, 2000);
const CLIENT_IPV4 = "10.77.0.9";
const CLIENT_IPV6 = "fd77::9";
const WITHOUT_CARRIER = ["10.77.0.1", "fd77::1"];
/** Before Node 22.12 a server looks for new addresses of IPv6 twice a second; those of IPv4 are answered at once. */
const [MAJOR, MINOR] = process.versions.node.split(".").map(Number) as [number, number];
const CAN_SHARE = MAJOR > 22 || (MAJOR === 22 && MINOR >= 12);
/** Longer than the client waits for an answer. */
const NO_REPEATED_REQUEST_MS = 60_000;

function ip(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${words.join(" ")}: ${stderr}`);
  return stdout;
}

function addAddress(address: string, device: string): void {
  if (address.includes(":")) {
    ip("address", "add", `${address}/64`, "dev", device, "nodad");
    // Linux makes the route to it a moment later.
    while (!ip("-6", "route", "get", address).startsWith("local")) {}
  } else {
    ip("address", "add", `${address}/24`, "dev", device);
  }
}

async function assertFirstRequestAnswered(host: string): Promise<void> {
  const localAddress = host.includes(":") ? CLIENT_IPV6 : CLIENT_IPV4;
  const options = { host, port: PORT, localAddress, requestIntervalMs: NO_REPEATED_REQUEST_MS };
  const { content, address } = await fetchFile("file", options);
  assert.equal(address, host);
  assert.deepEqual(content, CONTENT);
}

async function bindError(address: string): Promise<string> {
  const isVersion6 = address.includes(":");
  const socket = dgram.createSocket({ type: isVersion6 ? "udp6" : "udp4", ipv6Only: isVersion6, reuseAddr: true });
  socket.bind(PORT, address);
  const [event] = await Promise.race([once(socket, "listening"), once(socket, "error")]).catch((error) => [error]);
  socket.close();
  return (event as NodeJS.ErrnoException | undefined)?.code ?? "none";
}

/** Addresses that the server knows, that it does not know, and all at once. */
async function assertNothingToTake(addresses: readonly string[]): Promise<void> {
  for (const address of [...addresses, "127.0.0.1", "127.0.0.77", "::1", "0.0.0.0", "::"]) {
    assert.equal(await bindError(address), "EADDRINUSE", `another program binds ${address}`);
  }
}

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
const server = new TftpServer({ root, port: PORT });
try {
  writeFileSync(path.join(root, "file"), CONTENT);
  addAddress(CLIENT_IPV4, "lo");
  addAddress(CLIENT_IPV6, "lo");
  ip("link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
  ip("link", "set", "wire0", "addrgenmode", "none", "up");
  for (const address of WITHOUT_CARRIER) {
    addAddress(address, "wire0");
  }
  assert.equal(
    Object.keys(networkInterfaces()).includes("wire0"),
    false,
    "Node does not list an interface without carrier",
  );

  await server.listen();
  const listening = server.addresses.map(({ address }) => address);
  assert.ok(listening.includes("10.77.0.1"), `listening on ${listening}`);
  await assertNothingToTake(WITHOUT_CARRIER);
  ip("link", "set", "wire1", "up");
  for (const address of WITHOUT_CARRIER) {
    await assertFirstRequestAnswered(address);
  }

  // The address of another network is added at the same time; the client's network decides.
  addAddress("10.78.0.1", "wire0");
  addAddress("fd78::1", "wire0");
  for (const address of ["10.77.0.2", "fd77::2"]) {
    addAddress(address, "wire0");
    while (address.includes(":") && !CAN_SHARE && !server.addresses.some((known) => known.address === address)) {
      await wait(50);
    }
    await Promise.all([1, 2, 3, 4, 5].map(() => assertFirstRequestAnswered(address)));
  }
  await assertNothingToTake([...WITHOUT_CARRIER, "10.77.0.2", "fd77::2", "10.78.0.1", "fd78::1"]);
} finally {
  await server.close();
  rmSync(root, { recursive: true });
}
