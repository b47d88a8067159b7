/**
 * Storage that fails in the middle of a transfer: a disk that can no longer be read or written, a folder that is removed.
 * The transfer ends with a reason and leaves nothing, and other transfers go on.
 */
import assert from "node:assert/strict";
import fs, { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { TftpServer } from "lockstep-tftp";
import { ERROR_NOT_DEFINED, OUTCOME_STORAGE_FAILED, type Outcome } from "lockstep-tftp/engine";
import { openFiles, untilFilesAreClosed } from "../support/process-resources.js";
import { fetchFile, putFile } from "../support/retrying-client.js";
import { seededBytes } from "../support/seed.js";
import { ServerProcess } from "../support/server-process.js";
import { serving } from "../support/serving.js";
import { hiddenFiles, temporaryFolder } from "../support/temporary-folder.js";

const NAME = "firmware.bin";
const OTHER = "other.bin";
const BLOCKS = 100;
/** The disk fails after this block. */
const LAST_GOOD_BLOCK = 40;
const OLD = seededBytes(1, BLOCKS * 512 + 100);
const NEW = seededBytes(2, BLOCKS * 512 + 200);

interface ServedFiles {
  readonly root: string;
  readonly port: number;
  readonly outcomes: Outcome[];
}

async function serveFiles(t: TestContext): Promise<ServedFiles> {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, NAME), OLD);
  writeFileSync(path.join(root, OTHER), NEW);
  const { server, port } = await serving(t, { root, write: "overwrite", lingerMs: 100 });
  return { root, port, outcomes: outcomesOf(server) };
}

function outcomesOf(server: TftpServer): Outcome[] {
  const outcomes: Outcome[] = [];
  server.on("ended", (_transfer, { outcome }) => outcomes.push(outcome));
  return outcomes;
}

/** Makes a call of the system fail from now on for every descriptor that `isConcerned` accepts. */
function breakDisk(t: TestContext, call: "readSync" | "writeSync", isConcerned: (descriptor: number) => boolean): void {
  const original = fs[call] as (descriptor: number, ...others: unknown[]) => number;
  t.mock.method(fs, call, (descriptor: number, ...others: unknown[]) => {
    if (isConcerned(descriptor)) {
      throw Object.assign(new Error(`EIO: i/o error, ${call}`), { code: "EIO" });
    }
    return original.call(fs, descriptor, ...others);
  });
}

function isOpenedFrom(file: string): (descriptor: number) => boolean {
  const { ino } = fs.statSync(file);
  return (descriptor) => fs.fstatSync(descriptor).ino === ino;
}

test("a file that can no longer be read ends its own download only", async (t) => {
  const { root, port, outcomes } = await serveFiles(t);
  const openBefore = openFiles();
  const breakIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      breakDisk(t, "readSync", isOpenedFrom(path.join(root, NAME)));
    }
  };
  const [broken, other] = await Promise.allSettled([
    fetchFile(NAME, { port, step: breakIt }),
    fetchFile(OTHER, { port, step: () => new Promise(setImmediate) }),
  ]);
  assert.equal((broken as { reason?: { errorCode?: number } }).reason?.errorCode, ERROR_NOT_DEFINED);
  assert.deepEqual((other as { value?: { content: Buffer } }).value?.content, NEW);
  assert.ok(outcomes.includes(OUTCOME_STORAGE_FAILED), `outcomes ${outcomes}`);
  await untilFilesAreClosed(openBefore);

  t.mock.restoreAll();
  assert.deepEqual((await fetchFile(NAME, { port })).content, OLD, "the file is served again when the disk works");
});

test("the log of the command line says why a file could not be read", async (t) => {
  const root = temporaryFolder(t);
  const file = path.join(root, NAME);
  writeFileSync(file, OLD);
  const server = await ServerProcess.start(t, [root]);
  const cutIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      truncateSync(file, 0);
    }
  };
  await assert.rejects(fetchFile(NAME, { port: server.port, step: cutIt }), { errorCode: ERROR_NOT_DEFINED });
  const line = await server.line(/could not be read/);
  assert.ok(line.endsWith(` The storage failed: ${file} could not be read: it has become shorter`), line);
});

test("a disk that can no longer be written ends the upload, and the old file stays", async (t) => {
  const { root, port, outcomes } = await serveFiles(t);
  const openBefore = openFiles();
  const breakIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      breakDisk(t, "writeSync", () => true);
    }
  };
  await assert.rejects(putFile(NAME, NEW, { port, step: breakIt }), { errorCode: ERROR_NOT_DEFINED });
  t.mock.restoreAll();
  assert.deepEqual(outcomes, [OUTCOME_STORAGE_FAILED]);
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
  assert.deepEqual(hiddenFiles(root), []);
  await untilFilesAreClosed(openBefore);
  await putFile(NAME, NEW, { port });
  assert.deepEqual(readFileSync(path.join(root, NAME)), NEW, "the file can be written again when the disk works");
});

test("an upload ends when its folder is removed, and the server goes on", async (t) => {
  const { root, port, outcomes } = await serveFiles(t);
  const folder = path.join(root, "backups");
  mkdirSync(folder);
  const removeIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      rmSync(folder, { recursive: true });
    }
  };
  await assert.rejects(putFile("backups/switch.cfg", NEW, { port, step: removeIt }), {
    errorCode: ERROR_NOT_DEFINED,
  });
  assert.deepEqual(outcomes, [OUTCOME_STORAGE_FAILED]);
  assert.deepEqual((await fetchFile(NAME, { port })).content, OLD);
});

test("a file that is replaced during a download arrives as it was", async (t) => {
  const { root, port } = await serveFiles(t);
  const replaceIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      renameSync(path.join(root, OTHER), path.join(root, NAME));
    }
  };
  assert.deepEqual((await fetchFile(NAME, { port, step: replaceIt })).content, OLD);
  assert.deepEqual((await fetchFile(NAME, { port })).content, NEW);
});
