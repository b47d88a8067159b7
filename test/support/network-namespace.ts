/**
 * Network namespaces: a script in one has its own loopback, addresses and ports, which end with it. Nothing outside changes,
 * so nothing needs to be restored.
 */
import { spawnSync } from "node:child_process";
import { type Ended, hasProgram, run } from "./program.js";
import { UNLESS_ROOT } from "./rights.js";

/** The reason to skip a test that needs a namespace, or false. */
export const UNLESS_NAMESPACES: string | false = UNLESS_ROOT || withoutPrograms() || withoutRight();

function withoutPrograms(): string | false {
  const missing = ["ip", "tc", "unshare"].filter((name) => !hasProgram(name));
  return missing.length > 0 && `${missing.join(" and ")} not installed (Debian: iproute2, util-linux)`;
}

function withoutRight(): string | false {
  return spawnSync("unshare", ["--net", "true"]).status !== 0 && "this machine does not allow network namespaces";
}

/** A scenario runs several programs, one after the other. Below the limit of a test, so that its output is shown. */
const LIMIT_MS = 540_000;

/** Runs a script of the tests in a namespace that has only its loopback, to the script's end. */
export function runInNamespace(file: string, ...args: readonly string[]): Promise<Ended> {
  const withLoopback = 'ip link set lo up && exec "$0" "$@"';
  const words = ["--net", "sh", "-c", withLoopback, process.execPath, "--enable-source-maps", file, ...args];
  return run("unshare", words, { limitMs: LIMIT_MS });
}
