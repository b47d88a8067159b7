/**
 * Tries the firewall rules of `examples/operations` with three machines as network namespaces: a router, which runs this
 * program, a server in its network 192.168.0.0/24, and a client outside. Each rule file lets transfers through, and only
 * with the flags that it names.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connectMachine, type Machine, runOn, THIS_MACHINE } from "../support/neighbour-machine.js";
import { PROJECT } from "../support/program.js";
import { ServerProcess } from "../support/server-process.js";

const ROUTER_INSIDE = "192.168.0.1";
const SERVER = "192.168.0.10";
const ROUTER_OUTSIDE = "203.0.113.1";
const CLIENT = "203.0.113.2";

const CONTENT = "through the firewall\n";
/** Far longer than a transfer takes, and how long to wait for one that must not take place. */
const MAX_SECONDS = "60";
const MAX_SECONDS_IN_VAIN = "4";

const cleanups: (() => unknown)[] = [];
const cleanup = { after: (action: () => unknown): void => void cleanups.unshift(action) };

const root = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
cleanup.after(() => rmSync(root, { recursive: true }));
writeFileSync(path.join(root, "file"), CONTENT);

interface Attempt {
  /** The machine with the rules, and the file of the rules. */
  readonly rules: readonly [machine: Machine, file: string];
  /** Flags of the server besides its address. */
  readonly flags: readonly string[];
  readonly client: Machine;
  /** Address that the client sends its request to. */
  readonly address: string;
}

/** Fetches the file. @returns whether the client got it. */
async function fetchThrough(
  server: Machine,
  { rules, flags, client, address }: Attempt,
  maxSeconds: string,
): Promise<boolean> {
  const [filtering, file] = rules;
  runOn(filtering, "nft", "--file", path.join(PROJECT, "examples/operations", file));
  const port = flags.includes("--port") ? [] : ["--port", "69"];
  const process = await ServerProcess.start(cleanup, [root, "--host", SERVER, ...port, ...flags], { launcher: server });
  const fetch = ["curl", "--silent", "--max-time", maxSeconds, `tftp://${address}/file`];
  const [program, ...rest] = [...client, ...fetch] as [string, ...string[]];
  const { status, stdout } = spawnSync(program, rest, { encoding: "utf8" });
  await process.kill();
  runOn(filtering, "nft", "flush", "ruleset");
  assert.equal(stdout, status === 0 ? CONTENT : "");
  return status === 0;
}

try {
  const server = await connectMachine(cleanup, "inside", ROUTER_INSIDE, SERVER);
  const client = await connectMachine(cleanup, "outside", ROUTER_OUTSIDE, CLIENT);
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");

  const neighbour = { client: THIS_MACHINE, address: SERVER };
  const stranger = { client, address: SERVER };
  const onServer = (file: string): readonly [Machine, string] => [server, file];
  const onRouter = (file: string): readonly [Machine, string] => [THIS_MACHINE, file];
  const range = ["--port-range", "50000-50999"];
  // Without a range, the server could by chance get a port that the rules let through.
  const otherRange = ["--port-range", "40000-40999"];

  const shared = ["--single-port"];
  const forwarded = { client, address: ROUTER_OUTSIDE };
  const attempts: [title: string, isExpected: boolean, Attempt][] = [
    ["server.nft, a neighbour", true, { rules: onServer("server.nft"), flags: [], ...neighbour }],
    ["server.nft, a stranger", false, { rules: onServer("server.nft"), flags: [], ...stranger }],
    ["port-range.nft, its range", true, { rules: onServer("port-range.nft"), flags: range, ...neighbour }],
    ["port-range.nft, other range", false, { rules: onServer("port-range.nft"), flags: otherRange, ...neighbour }],
    ["redirect.nft", true, { rules: onServer("redirect.nft"), flags: ["--port", "6969"], ...neighbour }],
    ["port-forwarding.nft", true, { rules: onRouter("port-forwarding.nft"), flags: shared, ...forwarded }],
    ["single-port.nft, with a shared port", true, { rules: onRouter("single-port.nft"), flags: shared, ...stranger }],
    ["single-port.nft, without a shared port", false, { rules: onRouter("single-port.nft"), flags: [], ...stranger }],
    ["connection-helper.nft", true, { rules: onRouter("connection-helper.nft"), flags: [], ...stranger }],
  ];
  for (const [title, isExpected, attempt] of attempts) {
    const maxSeconds = isExpected ? MAX_SECONDS : MAX_SECONDS_IN_VAIN;
    assert.equal(await fetchThrough(server, attempt, maxSeconds), isExpected, title);
  }
} finally {
  for (const action of cleanups) {
    await action();
  }
}
