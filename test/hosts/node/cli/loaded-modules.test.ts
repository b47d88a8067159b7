/**
 * A server starts fast: it loads few of Node's modules outside Node's snapshot, which take up to four milliseconds each, and its
 * own files are plain.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { get } from "lockstep-tftp";
import { CLI, run } from "../../../support/program.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Modules beyond those of {@link BARE_SERVER} that a server needs which serves a folder. */
const NEEDED = ["module", "os"];

/** A program that binds a socket and prints a line. */
const BARE_SERVER =
  'require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", () => { console.log(1); process.exit(); });';

/** Preloaded: writes the names of the loaded modules at the exit. */
const LIST_AT_EXIT =
  'process.on("exit", () => require("node:fs").writeFileSync(process.env.LIST, process.moduleLoadList.join("\\n")));';

/** Public modules of a list. */
function modulesIn(list: string): Set<string> {
  const lines = readFileSync(list, "utf8").split("\n");
  const names = lines.filter((line) => /^NativeModule (?!internal\/)/.test(line));
  return new Set(names.map((line) => line.replace("NativeModule ", "")));
}

test("a server that has served a file has loaded none of Node's modules but those that it needs", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "small"), "content");
  const preload = path.join(folder, "list.cjs");
  writeFileSync(preload, LIST_AT_EXIT);
  const [bareList, serverList] = [path.join(folder, "bare"), path.join(folder, "server")];

  const bare = await run(process.execPath, ["--require", preload, "-e", BARE_SERVER], { env: { LIST: bareList } });
  assert.equal(bare.code, 0, bare.stderr);
  const launcher = ["env", `LIST=${serverList}`];
  const server = await ServerProcess.start(t, [folder], { node: ["--require", preload], launcher });
  await get(`tftp://127.0.0.1:${server.port}/small`);
  await server.line(/completed/);
  server.signal("SIGTERM");
  assert.equal((await server.ended).code, 0);

  const known = modulesIn(bareList);
  const others = [...modulesIn(serverList)].filter((name) => !known.has(name));
  assert.deepEqual(
    others.filter((name) => !NEEDED.includes(name)),
    [],
  );
});

test("the files of the command line have no indentation and nothing but ASCII", () => {
  const folder = path.dirname(CLI);
  const files = readdirSync(folder).filter((name) => name.endsWith(".cjs"));
  assert.ok(files.includes("main.cjs"));
  for (const name of files) {
    assert.doesNotMatch(readFileSync(path.join(folder, name), "utf8"), /[^\0-\x7f]|\n +(const|return) /, name);
  }
});
