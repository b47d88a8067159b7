/** Disks of the cache that are full or fail, and a cache folder that somebody removes. */
import assert from "node:assert/strict";
import fs, { readdirSync, rmSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ERROR_DISK_FULL } from "lockstep-tftp/engine";
import { diskFailure } from "../../../support/file-conditions.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { Place } from "../cli/configuration-place.js";
import { Origin, servingFrom, withFile, withStatus } from "./origin.js";

const CONTENT = seededBytes(1, 50_000);

test("an upload that does not fit on the disk on its way is refused, and leaves room for the next", {
  skip: UNLESS_ROOT,
}, async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withStatus(201);
  const settings = [`url = "${origin.url}"`, 'cache = "cache"', "overwrite = true"];
  const place = new Place(t, ['root = "files"', "[upstream]", ...settings]);
  const cache = `${place.folder}/cache`;
  fs.mkdirSync(cache);
  // The mount ends with the server's process.
  const launcher = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"', cache];
  const { pid, port } = await ServerProcess.start(t, ["--config", place.file], { launcher });
  const tooLarge = seededBytes(2, 100_000);
  for (const options of [{}, { tsize: tooLarge.length }]) {
    await assert.rejects(putFile("file", tooLarge, { port, options }), { errorCode: ERROR_DISK_FULL });
  }
  assert.deepEqual(readdirSync(`/proc/${pid}/root${cache}`), []);
  assert.deepEqual(origin.requests, []);
  await putFile("file", CONTENT, { port });
  assert.equal(origin.requests.length, 1);
});

test("a cache folder that is removed while the server runs is made again", async (t) => {
  const origin = await Origin.start(t);
  const { port, cache, errors } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  const fetchOne = async (): Promise<void> => {
    origin.respond = withFile(CONTENT);
    assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  };
  const putOne = async (): Promise<void> => {
    origin.respond = withStatus(201);
    await putFile("upload", CONTENT, { port });
  };
  for (const use of [fetchOne, fetchOne, putOne]) {
    await use();
    rmSync(cache, { recursive: true });
  }
  await putOne();
  assert.deepEqual(errors, []);
});

test("an upload succeeds although closing its hidden file fails", async (t) => {
  const origin = await Origin.start(t);
  const { port, cache, errors } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  origin.respond = withStatus(201);
  const { closeSync } = fs;
  const isClosed = new Promise<void>((resolve) => {
    t.mock.method(fs, "closeSync", (descriptor: number) => {
      closeSync(descriptor);
      resolve();
      diskFailure();
    });
  });
  await putFile("file", CONTENT, { port });
  await isClosed;
  await setImmediate();
  assert.deepEqual([readdirSync(cache), errors], [[], []]);
});

/** Lets files that are opened from now on fail when they are closed. Resolves when the first was. */
function failToClose(t: TestContext): Promise<void> {
  const { open } = promises;
  return new Promise((resolve) => {
    t.mock.method(promises, "open", async (...words: Parameters<typeof open>) => {
      const handle = await open(...words);
      const { close } = handle;
      handle.close = async () => {
        await close.call(handle);
        resolve();
        diskFailure();
      };
      return handle;
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
  });
}

test("a download from the cache succeeds although closing the copy fails", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(CONTENT);
  const { port, errors } = await servingFrom(t, { url: origin.url });
  await fetchFile("file", { port });
  const isClosed = failToClose(t);
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  await isClosed;
  await setImmediate();
  assert.deepEqual([origin.requests.length, errors], [1, []]);
});
