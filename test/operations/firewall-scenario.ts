/**
 * Three machines as network namespaces, to try the firewall rules of `examples/operations`: a router, which is where this
 * runs, a server in its network 192.168.0.0/24, and a client outside. Each rule file lets its transfers through, and
 * without what it asks for nothing gets through.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT } from "../support/program.js";
import { ServerProcess } from "../support/server-process.js";

const ROUTER_INSIDE = "192.168.0.1";
const SERVER = "192.168.0.10";
const ROUTER_OUTSIDE = "203.0.113.1";
const CLIENT = "203.0.113.2";

const CONTENT = "through the firewall\n";
/** Far longer than a transfer takes that gets through at all. */
const PATIENCE_S = "4";

/** The words before a program that runs on a machine. */
type Machine = readonly string[];
const ROUTER: Machine = [];

const atTheEnd: (() => unknown)[] = [];
const ending = { after: (action: () => unknown): void => void atTheEnd.unshift(action) };

function run(machine: Machine, ...words: string[]): string {
  const [program, ...rest] = [...machine, ...words] as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8" });
  assert.equal(status, 0, `${[program, ...rest].join(" ")}: ${stderr}`);
  return stdout;
}

/** A machine with one address, on a wire to the router. */
async function connectedMachine(wire: string, routerAddress: string, address: string): Promise<Machine> {
  const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  ending.after(() => holder.kill("SIGKILL"));
  while (readlinkSync(`/proc/${holder.pid}/ns/net`) === readlinkSync("/proc/self/ns/net")) {
    await sleep(10);
  }
  const machine = ["nsenter", "--target", String(holder.pid), "--net"];
  run(ROUTER, "ip", "link", "add", wire, "type", "veth", "peer", "name", "router", "netns", String(holder.pid));
  run(ROUTER, "ip", "address", "add", `${routerAddress}/24`, "dev", wire);
  run(ROUTER, "ip", "link", "set", wire, "up");
  run(machine, "ip", "link", "set", "lo", "up");
  run(machine, "ip", "address", "add", `${address}/24`, "dev", "router");
  run(machine, "ip", "link", "set", "router", "up");
  run(machine, "ip", "route", "add", "default", "via", routerAddress);
  return machine;
}

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
ending.after(() => rmSync(root, { recursive: true }));
writeFileSync(path.join(root, "file"), CONTENT);

interface Attempt {
  /** The machine with the rules, and their file. */
  readonly rules: readonly [machine: Machine, file: string];
  /** What the server is told beside its address. */
  readonly words: readonly string[];
  /** Who asks, and what address. */
  readonly client: Machine;
  readonly asked: string;
}

/** Whether the client gets the file. */
async function getsThrough(server: Machine, { rules, words, client, asked }: Attempt): Promise<boolean> {
  const [filtering, file] = rules;
  run(filtering, "nft", "--file", path.join(PROJECT, "examples/operations", file));
  const port = words.includes("--port") ? [] : ["--port", "69"];
  const process = await ServerProcess.start(ending, [root, "--host", SERVER, ...port, ...words], { launcher: server });
  const fetch = ["curl", "--silent", "--max-time", PATIENCE_S, `tftp://${asked}/file`];
  const [program, ...rest] = [...client, ...fetch] as [string, ...string[]];
  const { status, stdout } = spawnSync(program, rest, { encoding: "utf8" });
  await process.kill();
  run(filtering, "nft", "flush", "ruleset");
  assert.equal(stdout, status === 0 ? CONTENT : "");
  return status === 0;
}

try {
  const server = await connectedMachine("inside", ROUTER_INSIDE, SERVER);
  const client = await connectedMachine("outside", ROUTER_OUTSIDE, CLIENT);
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");

  const neighbour = { client: ROUTER, asked: SERVER };
  const stranger = { client, asked: SERVER };
  const onServer = (file: string): readonly [Machine, string] => [server, file];
  const onRouter = (file: string): readonly [Machine, string] => [ROUTER, file];
  const range = ["--port-range", "50000-50999"];
  // A server that is told no range may by chance get a port which the rules let through.
  const otherRange = ["--port-range", "40000-40999"];

  const shared = ["--single-port"];
  const forwarded = { client, asked: ROUTER_OUTSIDE };
  const attempts: [what: string, isExpected: boolean, Attempt][] = [
    ["server.nft, a neighbour", true, { rules: onServer("server.nft"), words: [], ...neighbour }],
    ["server.nft, a stranger", false, { rules: onServer("server.nft"), words: [], ...stranger }],
    ["port-range.nft, with a range", true, { rules: onServer("port-range.nft"), words: range, ...neighbour }],
    ["port-range.nft, with another", false, { rules: onServer("port-range.nft"), words: otherRange, ...neighbour }],
    ["redirect.nft", true, { rules: onServer("redirect.nft"), words: ["--port", "6969"], ...neighbour }],
    ["port-forwarding.nft", true, { rules: onRouter("port-forwarding.nft"), words: shared, ...forwarded }],
    ["single-port.nft, with a shared port", true, { rules: onRouter("single-port.nft"), words: shared, ...stranger }],
    ["single-port.nft, without", false, { rules: onRouter("single-port.nft"), words: [], ...stranger }],
    ["connection-helper.nft", true, { rules: onRouter("connection-helper.nft"), words: [], ...stranger }],
  ];
  for (const [what, isExpected, attempt] of attempts) {
    assert.equal(await getsThrough(server, attempt), isExpected, what);
  }
} finally {
  for (const action of atTheEnd) {
    await action();
  }
}
