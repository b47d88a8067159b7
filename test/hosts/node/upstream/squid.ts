/** Squid between a server and its origin, by the configuration of the examples, as an ordinary user in a temporary folder. */
import assert from "node:assert/strict";
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { freeTcpPort } from "../../../support/free-port.js";
import { hasProgram, PROJECT } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { ADDRESS } from "./nginx.js";

export const withoutSquid = hasProgram("squid") ? false : "squid is not installed (Debian: squid)";

const EXAMPLE = readFileSync(path.join(PROJECT, "examples/operations/squid.conf"), "utf8");
/** The user `nobody`. Squid started by root takes another user, who may not write into the folder. */
const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;

/** @param origin host and port. */
function configuration(
  folder: string,
  port: number,
  origin: { readonly hostname: string; readonly port: string },
): string {
  let text = EXAMPLE;
  for (const [from, to] of [
    ["http_port 3128", `http_port ${ADDRESS}:${port}`],
    ["cache_peer files.example parent 80", `cache_peer ${origin.hostname} parent ${origin.port}`],
    ["src 192.168.0.0/16", "src 127.0.0.0/8"],
    ["/var/spool/squid 20000 16 256", `${folder}/spool 100 1 1`],
    ["cache_mem 256 MB", "cache_mem 32 MB"],
  ] as const) {
    assert.equal(text.split(from).length, 2, from);
    text = text.replace(from, to);
  }
  return `${text}
    pid_filename ${folder}/pid
    cache_log ${folder}/cache.log
    access_log stdio:${folder}/access.log
    coredump_dir ${folder}
    netdb_filename none
    pinger_enable off
    shutdown_lifetime 0 seconds\n`;
}

export interface Squid {
  readonly url: string;
  /** How each of so many requests for a path was answered, such as `TCP_MISS/200`. Squid logs an answer after it has sent it. */
  answersFor(target: string, count: number): Promise<string[]>;
}

/** Starts Squid before an origin, which must answer. */
export async function startSquid(t: TestContext, originUrl: string): Promise<Squid> {
  const folder = temporaryFolder(t);
  const port = await freeTcpPort(ADDRESS);
  const file = path.join(folder, "squid.conf");
  writeFileSync(file, configuration(folder, port, new URL(originUrl)));
  const options: SpawnOptions = { stdio: "ignore", cwd: folder };
  if (IS_ROOT) {
    chownSync(folder, NOBODY, NOBODY);
    Object.assign(options, { uid: NOBODY, gid: NOBODY });
  }
  const [code] = await once(spawn("squid", ["-N", "-z", "-f", file], options), "close");
  assert.equal(code, 0, "squid -z");
  const child = spawn("squid", ["-N", "-f", file], options);
  const ended = once(child, "close");
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const url = `http://${ADDRESS}:${port}/`;
  while (!((await fetch(`${url}ready`).catch(() => undefined))?.status === 404)) {
    assert.equal(child.exitCode, null, "squid has ended");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    async answersFor(target, count) {
      for (;;) {
        const lines = readFileSync(path.join(folder, "access.log"), "utf8").split("\n").slice(0, -1);
        const answers = lines.filter((line) => line.includes(`/${target} `));
        if (answers.length >= count) {
          return answers.map((line) => line.split(/ +/)[3] as string);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
