/**
 * Files that are swapped between the check of their path and their opening: just before they are opened, and by a second
 * process that swaps them all the time while thousands of opens run, of which some meet a swap in every run.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs, { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { FORBIDDEN } from "lockstep-tftp/engine";
import { run, script } from "../../../support/program.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const READ = "inside";
const UPLOADED = "refusal 0";
const REFUSED = `refusal ${FORBIDDEN}`;
const OPENS = 20_000;

/** Opens `name` while `what` is swapped. Returns the number of times that each content was read, or each refusal given. */
async function openWhileSwapping(
  test: TestContext,
  parent: string,
  what: string,
  name: string,
  verb: "read" | "write",
): Promise<Record<string, number>> {
  const swapping = spawn(process.execPath, [script("./swapping-process.js", import.meta.url), what, parent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  test.after(() => swapping.kill("SIGKILL"));
  await once(swapping.stdout, "data");
  const opening = script("./opening-process.js", import.meta.url);
  const awaited = [REFUSED, verb === "read" ? READ : UPLOADED];
  const words = [opening, path.join(parent, "served"), name, verb, String(OPENS), ...awaited];
  const { code, signal, stdout, stderr } = await run(process.execPath, words);
  assert.equal(signal, null, "an open has hung");
  assert.equal(code, 0, stderr);
  assert.equal(swapping.exitCode, null, "the swapping went on");
  swapping.kill("SIGKILL");
  await once(swapping, "close");
  return JSON.parse(stdout);
}

async function parentFolder(test: TestContext): Promise<string> {
  const parent = temporaryFolder(test);
  mkdirSync(path.join(parent, "served/sub"), { recursive: true });
  mkdirSync(path.join(parent, "outside"));
  mkdirSync(path.join(parent, "linked/sub"), { recursive: true });
  symlinkSync(path.join(parent, "linked/file"), path.join(parent, "served/link"));
  symlinkSync(path.join(parent, "linked"), path.join(parent, "served/into"));
  for (const file of ["linked/file", "linked/sub/file"]) {
    writeFileSync(path.join(parent, file), READ);
  }
  writeFileSync(path.join(parent, "served/sub/file"), READ);
  writeFileSync(path.join(parent, "served/file"), READ);
  writeFileSync(path.join(parent, "regular"), READ);
  writeFileSync(path.join(parent, "outside/file"), "secret");
  await run("mkfifo", [path.join(parent, "outside/fifo")]);
  return parent;
}

function assertOnlyInside(counts: Record<string, number>): void {
  const texts = Object.keys(counts).filter((what) => !what.startsWith("refusal"));
  assert.deepEqual(texts, [READ], JSON.stringify(counts));
}

/** Puts a link to a folder outside in the place of `served/sub` as soon as anything is opened, all checks before that passed. */
function swapAtOpening(t: TestContext, parent: string): DirectoryStorage {
  const storage = new DirectoryStorage(path.join(parent, "served"), { write: "overwrite" });
  const { openSync } = fs;
  const opening = t.mock.method(fs, "openSync", (...words: Parameters<typeof openSync>) => {
    opening.mock.restore();
    renameSync(path.join(parent, "served/sub"), path.join(parent, "spare"));
    symlinkSync(path.join(parent, "outside"), path.join(parent, "served/sub"));
    return openSync(...words);
  });
  return storage;
}

function assertOutsideUntouched(parent: string): void {
  assert.deepEqual(readdirSync(path.join(parent, "outside")).sort(), ["fifo", "file"]);
  assert.equal(readFileSync(path.join(parent, "outside/file"), "utf8"), "secret");
}

test("a download whose folder becomes a link to the outside as it is opened is refused", async (t) => {
  assert.equal(contentOf(swapAtOpening(t, await parentFolder(t)), "sub/file"), FORBIDDEN);
});

test("an upload whose folder becomes a link to the outside as it is opened is refused", async (t) => {
  const parent = await parentFolder(t);
  assert.equal(store(swapAtOpening(t, parent), "sub/file", Buffer.from("uploaded")), FORBIDDEN);
  assertOutsideUntouched(parent);
});

test("a folder that is swapped for a link to the outside reveals nothing of the outside", async (t) => {
  const counts = await openWhileSwapping(t, await parentFolder(t), "folder", "sub/file", "read");
  assertOnlyInside(counts);
  assert.ok((counts[REFUSED] ?? 0) > 0, `links were met: ${JSON.stringify(counts)}`);
});

test("a file that is swapped for a link to the outside reveals nothing of the outside", async (t) => {
  const counts = await openWhileSwapping(t, await parentFolder(t), "file", "file", "read");
  assertOnlyInside(counts);
  assert.ok((counts[REFUSED] ?? 0) > 0, `links were met: ${JSON.stringify(counts)}`);
});

for (const [what, swap, name] of [
  ["a link into a named folder that is swapped for one to the outside", "link", "link"],
  ["a folder in a named folder that is swapped for a link to the outside", "linked", "into/sub/file"],
] as const) {
  test(`${what} reveals nothing of the outside`, async (t) => {
    const counts = await openWhileSwapping(t, await parentFolder(t), swap, name, "read");
    assertOnlyInside(counts);
    assert.ok((counts[REFUSED] ?? 0) > 0, `links were met: ${JSON.stringify(counts)}`);
  });
}

test("a file that is swapped for a FIFO does not hang the server", async (t) => {
  const counts = await openWhileSwapping(t, await parentFolder(t), "fifo", "file", "read");
  assertOnlyInside(counts);
  assert.ok((counts[REFUSED] ?? 0) > 0, `FIFOs were met: ${JSON.stringify(counts)}`);
});

test("an upload into a folder that is swapped for a link to the outside writes nothing there", async (t) => {
  const parent = await parentFolder(t);
  const counts = await openWhileSwapping(t, parent, "folder", "sub/file", "write");
  assert.ok((counts[REFUSED] ?? 0) > 0, `links were met: ${JSON.stringify(counts)}`);
  assert.ok((counts[UPLOADED] ?? 0) > 0, `uploads succeeded: ${JSON.stringify(counts)}`);
  assertOutsideUntouched(parent);
});
