/** Other machines for a scenario that runs in a network namespace: each is a namespace, connected by a wire. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The words before a command that run it on a machine. */
export type Machine = readonly string[];

/** The machine that the scenario runs on. */
export const THIS_MACHINE: Machine = [];

/** Runs a command on a machine, and returns its output. */
export function runOn(machine: Machine, ...command: string[]): string {
  const [program, ...rest] = [...machine, ...command] as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8" });
  assert.equal(status, 0, `${[program, ...rest].join(" ")}: ${stderr}`);
  return stdout;
}

/**
 * Makes a machine with one address in a network of this machine, which routes for it. The machine's end of the wire is
 * called `router`.
 *
 * @param wire this machine's end of the wire.
 * @param routerAddress this machine's address on the wire.
 */
export async function connectMachine(
  scenario: { after(action: () => unknown): void },
  wire: string,
  routerAddress: string,
  address: string,
): Promise<Machine> {
  const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  scenario.after(() => holder.kill("SIGKILL"));
  while (readlinkSync(`/proc/${holder.pid}/ns/net`) === readlinkSync("/proc/self/ns/net")) {
    await sleep(10);
  }
  const machine = ["nsenter", "--target", String(holder.pid), "--net"];
  const otherEnd = ["type", "veth", "peer", "name", "router", "netns", String(holder.pid)];
  runOn(THIS_MACHINE, "ip", "link", "add", wire, ...otherEnd);
  runOn(THIS_MACHINE, "ip", "address", "add", `${routerAddress}/24`, "broadcast", "+", "dev", wire);
  runOn(THIS_MACHINE, "ip", "link", "set", wire, "up");
  runOn(machine, "ip", "link", "set", "lo", "up");
  runOn(machine, "ip", "address", "add", `${address}/24`, "broadcast", "+", "dev", "router");
  runOn(machine, "ip", "link", "set", "router", "up");
  runOn(machine, "ip", "route", "add", "default", "via", routerAddress);
  return machine;
}
