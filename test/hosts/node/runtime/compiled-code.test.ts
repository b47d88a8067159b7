/** Where a server keeps its compiled code. Node before 22.8 keeps none, and the same servers must run there. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { CLI, run } from "../../../support/program.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const HAS_CODE_CACHE = "enableCompileCache" in nodeModule && process.platform !== "win32";
const FOLDER = "lockstep-tftp/compiled";
/** Words of `env` against the settings of whoever runs the tests. */
const UNSET = ["XDG_CACHE_HOME", "HOME", "NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE"];
const UNSET_ALL = UNSET.flatMap((name) => ["-u", name]);

/** Starts a server with these settings in the environment, and stops it. */
async function serveOnce(t: TestContext, settings: Readonly<Record<string, string>>): Promise<void> {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const server = await ServerProcess.start(t, [temporaryFolder(t)], { launcher: ["env", ...UNSET_ALL, ...set] });
  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

/** Whether there is a file somewhere below a folder. */
function hasFiles(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
}

test("a server keeps its compiled code in the user's cache folder, where nobody else enters", async (t) => {
  const home = temporaryFolder(t);
  await serveOnce(t, { HOME: home });
  assert.equal(hasFiles(home), HAS_CODE_CACHE);
  if (HAS_CODE_CACHE) {
    assert.equal(statSync(path.join(home, ".cache", FOLDER)).mode & 0o777, 0o700);
  }
  await serveOnce(t, { HOME: home });
});

test("a server keeps its compiled code in XDG_CACHE_HOME rather than in the home", async (t) => {
  const [home, cache] = [temporaryFolder(t), temporaryFolder(t)];
  await serveOnce(t, { HOME: home, XDG_CACHE_HOME: cache });
  assert.deepEqual([hasFiles(home), hasFiles(cache)], [false, HAS_CODE_CACHE]);
});

test("Node's own settings of the code cache go first", async (t) => {
  const [home, cache] = [temporaryFolder(t), temporaryFolder(t)];
  await serveOnce(t, { HOME: home, NODE_DISABLE_COMPILE_CACHE: "1" });
  await serveOnce(t, { HOME: home, NODE_COMPILE_CACHE: cache });
  assert.deepEqual(readdirSync(home), []);
});

test("a server without a home runs, and so does one that cannot make a folder there", async (t) => {
  const home = temporaryFolder(t);
  writeFileSync(path.join(home, ".cache"), "a file");
  await serveOnce(t, {});
  await serveOnce(t, { HOME: home });
  await serveOnce(t, { HOME: path.join(home, "missing/home") });
});

for (const [what, place, mode] of [
  ["a cache folder to which others may write", "", 0o777],
  ["a folder of the package to which others may write", "lockstep-tftp", 0o777],
  ["a folder of the code that others may read", FOLDER, 0o755],
] as const) {
  test(`a server keeps no compiled code in ${what}`, async (t) => {
    const cache = temporaryFolder(t);
    mkdirSync(path.join(cache, place), { recursive: true });
    chmodSync(path.join(cache, place), mode);
    await serveOnce(t, { XDG_CACHE_HOME: cache });
    assert.equal(hasFiles(cache), false);
  });
}

test("a server keeps no compiled code behind a link", async (t) => {
  const [cache, elsewhere] = [temporaryFolder(t), temporaryFolder(t)];
  symlinkSync(elsewhere, path.join(cache, "lockstep-tftp"));
  await serveOnce(t, { XDG_CACHE_HOME: cache });
  assert.equal(hasFiles(elsewhere), false);
});

if (process.getuid?.() === 0) {
  test("a server of root keeps no compiled code in the home of somebody else", async (t) => {
    const home = temporaryFolder(t);
    chownSync(home, 65_534, 65_534);
    await serveOnce(t, { HOME: home });
    assert.deepEqual(readdirSync(home), []);
  });
}

test("other commands than serve leave nothing in the cache folder", async (t) => {
  const cache = temporaryFolder(t);
  const { code } = await run("env", [...UNSET_ALL, `XDG_CACHE_HOME=${cache}`, process.execPath, CLI, "get", "--help"]);
  assert.deepEqual([code, readdirSync(cache)], [0, []]);
});
