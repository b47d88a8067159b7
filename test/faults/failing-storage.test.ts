/**
 * Storage that fails in the middle of transfers: a disk that cannot be read or written any more, a folder that is gone.
 * The transfer ends with a reason, nothing stays open or behind, and the others go on.
 */
import assert from "node:assert/strict";
import fs, { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { TftpServer } from "lockstep-tftp";
import { ERROR_NOT_DEFINED, OUTCOME_STORAGE_FAILED, type Outcome } from "lockstep-tftp/engine";
import { openFiles, untilFilesAreClosed } from "../support/process-resources.js";
import { fetchFile, putFile } from "../support/retrying-client.js";
import { seededBytes } from "../support/seed.js";
import { serving } from "../support/serving.js";
import { hiddenFiles, temporaryFolder } from "../support/temporary-folder.js";

const NAME = "firmware.bin";
const OTHER = "other.bin";
const BLOCKS = 100;
/** Behind this block the disk fails. */
const LAST_GOOD_BLOCK = 40;
const OLD = seededBytes(1, BLOCKS * 512 + 100);
const NEW = seededBytes(2, BLOCKS * 512 + 200);

interface Served {
  readonly root: string;
  readonly port: number;
  readonly outcomes: Outcome[];
}

async function served(t: TestContext): Promise<Served> {
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

/** From now on the system refuses the call for every file that `isConcerned` knows by its descriptor. */
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

test("a file that cannot be read any more ends its download, and no other", async (t) => {
  const { root, port, outcomes } = await served(t);
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
  assert.deepEqual((await fetchFile(NAME, { port })).content, OLD, "it is served again when the disk is well");
});

test("a disk that cannot be written any more ends the upload, and the old file stays", async (t) => {
  const { root, port, outcomes } = await served(t);
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
  assert.deepEqual(readFileSync(path.join(root, NAME)), NEW, "it can be written again when the disk is well");
});

test("a folder that is removed under an upload ends it, and the server goes on", async (t) => {
  const { root, port, outcomes } = await served(t);
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

test("a file that is replaced under a download arrives as it was", async (t) => {
  const { root, port } = await served(t);
  const replaceIt = (blocks: number): void => {
    if (blocks === LAST_GOOD_BLOCK) {
      renameSync(path.join(root, OTHER), path.join(root, NAME));
    }
  };
  assert.deepEqual((await fetchFile(NAME, { port, step: replaceIt })).content, OLD);
  assert.deepEqual((await fetchFile(NAME, { port })).content, NEW);
});
