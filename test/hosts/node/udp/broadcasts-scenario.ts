/**
 * Broadcast requests from machines of two networks, on a server that is in both, in a separate network namespace: ignored
 * and told, or answered from the server's address in the client's network.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { get, type IgnoredRequest, TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { readRequest } from "lockstep-tftp/simulated";
import { connectMachine, type Machine, runOn, THIS_MACHINE } from "../../../support/neighbour-machine.js";
import { script } from "../../../support/program.js";
import { ServerProcess } from "../../../support/server-process.js";

const CONTENT = "for whoever asks\n";
const CLIENT_SCRIPT = script("./broadcasting-client.js", import.meta.url);
const EVERYBODY = "255.255.255.255";
const ALL_HOSTS = "224.0.0.1";

interface Client {
  readonly machine: Machine;
  readonly address: string;
  /** The server's address in the client's network. */
  readonly server: string;
}

const cleanups: (() => unknown)[] = [];
const scenario = { after: (action: () => unknown): void => void cleanups.unshift(action) };

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
scenario.after(() => rmSync(root, { recursive: true }));
writeFileSync(path.join(root, "file"), CONTENT);

async function connectClient(wire: string, network: string): Promise<Client> {
  const [server, address] = [`${network}.1`, `${network}.9`] as const;
  return { machine: await connectMachine(scenario, wire, server, address), address, server };
}

/** Runs a server during `use`. */
async function serving(options: TftpServerOptions, use: (server: TftpServer, port: number) => unknown): Promise<void> {
  const server = new TftpServer({ root, port: 0, ...options });
  await server.listen();
  try {
    await use(server, (server.addresses[0] as { port: number }).port);
  } finally {
    await server.close();
  }
}

/** Sends one request to `host`, and returns what came of it. */
function ask(client: Client, host: string, port: number, name = "file"): object {
  const { machine, address } = client;
  return JSON.parse(runOn(machine, process.execPath, CLIENT_SCRIPT, host, String(port), address, name));
}

/** As `ask`, but in parallel: the server runs in this process. */
async function askServer(client: Client, host: string, port: number, name = "file"): Promise<object> {
  const asking = startClient(client, [host, String(port), client.address, name]);
  asking.stdin.end();
  return JSON.parse(await text(asking.stdout));
}

function startClient({ machine }: Client, words: readonly string[]) {
  const [program, ...rest] = [...machine, process.execPath, CLIENT_SCRIPT, ...words] as [string, ...string[]];
  return spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
}

async function assertAnswered(client: Client, host: string, port: number): Promise<void> {
  const expected = { from: client.server, text: CONTENT };
  assert.deepEqual(await askServer(client, host, port), expected, `${client.address} asks ${host}`);
}

async function assertIgnored(
  server: TftpServer,
  client: Client,
  host: string,
  code: "broadcast" | "broadcast_elsewhere",
): Promise<void> {
  const port = (server.addresses[0] as { port: number }).port;
  const asking = startClient(client, ["until-end", host, String(port), client.address, "file"]);
  const [ignored] = (await once(server, "ignored")) as [IgnoredRequest];
  const { port: clientPort, reason, ...request } = ignored;
  assert.deepEqual(request, { name: "file", isUpload: false, address: client.address });
  assert.equal(reason.code, code);
  assert.ok(clientPort > 0 && Object.isFrozen(ignored));
  asking.stdin.end();
  assert.deepEqual(JSON.parse(await text(asking.stdout)), { answers: 0 }, `${client.address} asks ${host}`);
}

/** The second of two requests that arrive together waits until the server may look at its addresses again. */
async function assertBothTold(server: TftpServer, client: string, host: string): Promise<void> {
  const names: string[] = [];
  const both = new Promise<void>((resolve) => {
    server.on("ignored", ({ name }) => {
      names.push(name);
      if (names.length === 2) {
        resolve();
      }
    });
  });
  const socket = dgram.createSocket("udp4").bind(0, client);
  await once(socket, "listening");
  socket.setBroadcast(true);
  for (const name of ["first", "second"]) {
    socket.send(readRequest(name), (server.addresses[0] as { port: number }).port, host);
  }
  await both;
  assert.deepEqual(names, ["first", "second"]);
  socket.close();
}

async function assertHostRefused(host: string, kind: RegExp): Promise<void> {
  const server = new TftpServer({ root, port: 0, host });
  await assert.rejects(server.listen(), (error: Error) => {
    assert.ok(error instanceof RangeError);
    assert.match(error.message, kind);
    return true;
  });
}

try {
  const one = await connectClient("wire1", "10.77.1");
  const other = await connectClient("wire2", "10.77.2");
  /** An address of the same machine in a network that the server is not in. */
  const foreign = { ...one, address: "172.16.0.9" };
  runOn(foreign.machine, "ip", "address", "add", `${foreign.address}/24`, "dev", "router");
  const broadcasts = [EVERYBODY, "10.77.1.255", ALL_HOSTS];
  runOn(one.machine, "ip", "route", "add", "224.0.0.0/4", "dev", "router");
  runOn(one.machine, "ip", "route", "add", EVERYBODY, "dev", "router");

  // Ignored, on all addresses and on one.
  await serving({}, async (server) => {
    for (const host of broadcasts) {
      await assertIgnored(server, one, host, "broadcast");
    }
    await assertIgnored(server, foreign, EVERYBODY, "broadcast_elsewhere");
  });
  await serving({ host: one.server }, async (server) => {
    await assertIgnored(server, one, EVERYBODY, "broadcast");
    await assertIgnored(server, one, "10.77.1.255", "broadcast");
    await assertIgnored(server, other, EVERYBODY, "broadcast_elsewhere");
  });

  await serving({}, (server) => assertBothTold(server, one.server, "10.77.1.255"));

  // Answered, from the address in the client's network.
  for (const singlePort of [false, true]) {
    await serving({ answerBroadcast: true, singlePort }, async (server, port) => {
      for (const host of broadcasts) {
        await assertAnswered(one, host, port);
      }
      await assertAnswered(other, EVERYBODY, port);
      await assertAnswered(other, "10.77.2.255", port);
      assert.deepEqual(await askServer(one, EVERYBODY, port, "missing"), { from: one.server, errorCode: 1 });
      await assertIgnored(server, foreign, EVERYBODY, "broadcast_elsewhere");
    });
  }
  await serving({ answerBroadcast: true, host: one.server }, async (server, port) => {
    await assertAnswered(one, EVERYBODY, port);
    await assertAnswered(one, "10.77.1.255", port);
    await assertIgnored(server, other, EVERYBODY, "broadcast_elsewhere");
  });

  // The smaller network decides, also where the larger one is found first.
  runOn(THIS_MACHINE, "ip", "address", "add", "10.77.3.1/16", "dev", "lo");
  await serving({ answerBroadcast: true }, (_server, port) => assertAnswered(one, EVERYBODY, port));

  // Networks, rules and limits hold, as for other requests.
  const allow = ["10.77.2.0/24"];
  await serving({ allow }, async (server) => {
    const ignored: string[] = [];
    server.on("ignored", ({ address }) => ignored.push(address));
    const port = String((server.addresses[0] as { port: number }).port);
    const asking = startClient(one, ["until-end", EVERYBODY, port, one.address, "file"]);
    asking.stdin.end();
    assert.deepEqual(JSON.parse(await text(asking.stdout)), { answers: 0 });
    await assertIgnored(server, other, EVERYBODY, "broadcast");
    assert.deepEqual(ignored, [other.address]);
  });
  const rules = [{ match: "boot.img", to: "file" }];
  await serving({ answerBroadcast: true, rules }, async (_server, port) => {
    assert.deepEqual(await askServer(one, EVERYBODY, port, "boot.img"), { from: one.server, text: CONTENT });
  });
  await serving({ answerBroadcast: true, maxTransfersPerAddress: 1, maxTransfers: 1 }, async (server, port) => {
    const started = once(server, "started");
    const first = startClient(one, ["until-end", EVERYBODY, String(port), one.address, "file"]);
    await started;
    const second = startClient(one, ["until-end", EVERYBODY, String(port), one.address, "file"]);
    while (server.unansweredRequests === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    second.stdin.end();
    first.stdin.end();
    assert.deepEqual(JSON.parse(await text(second.stdout)), { answers: 0 });
  });

  // Addresses of many machines are no hosts.
  await assertHostRefused(
    "10.77.1.255",
    /^host is 10\.77\.1\.255, the broadcast address of the network of 10\.77\.1\.1\/24/,
  );
  await assert.rejects(get("tftp://10.77.1.255/file"), /10\.77\.1\.255 is the broadcast address of the network of /);

  // The command.
  const started = [root, "--host", one.server, "--log", "json", "--answer-broadcast"];
  const answering = await ServerProcess.start(scenario, started);
  assert.deepEqual(ask(one, EVERYBODY, answering.port), { from: one.server, text: CONTENT });
  await answering.kill();
  const ignoring = await ServerProcess.start(scenario, [root, "--host", "0.0.0.0", "--log", "json"]);
  const asking = startClient(one, ["until-end", EVERYBODY, String(ignoring.port), one.address, "file"]);
  const { time: _time, port: _port, ...line } = JSON.parse(await ignoring.line(/"event":"ignored"/));
  assert.deepEqual(line, {
    level: "info",
    event: "ignored",
    direction: "get",
    file: "file",
    address: one.address,
    code: "broadcast",
    reason: "a broadcast is not answered (--answer-broadcast allows it)",
  });
  asking.stdin.end();
} finally {
  for (const action of cleanups) {
    await action();
  }
}
