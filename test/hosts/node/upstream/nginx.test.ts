/** nginx as an upstream: conditional requests, a restart, and uploads. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ERROR_DISK_FULL, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { withoutNginx as skip, startNginx } from "./nginx.js";
import { servingFrom } from "./origin.js";

test("files come from nginx, are asked about by ETag, and outlive it", { skip }, async (t) => {
  const { url, files, stop, start } = await startNginx(t);
  const cache = path.join(temporaryFolder(t), "cache");
  const first = seededBytes(1, 300_000);
  writeFileSync(path.join(files, "a file"), first);
  const one = await servingFrom(t, { url, cache });
  const downloads = Array.from({ length: 10 }, () => fetchFile("a file", { port: one.port }));
  for (const { content } of await Promise.all(downloads)) {
    assert.deepEqual(content, first);
  }
  await assert.rejects(fetchFile("missing", { port: one.port }), { errorCode: ERROR_FILE_NOT_FOUND });

  const two = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: two.port })).content, first);
  const second = seededBytes(2, 1000);
  writeFileSync(path.join(files, "a file"), second);
  utimesSync(path.join(files, "a file"), new Date(0), new Date(0));
  const three = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: three.port })).content, second);

  await stop();
  const four = await servingFrom(t, { url, cache });
  assert.deepEqual((await fetchFile("a file", { port: four.port })).content, second);
  assert.equal(four.warnings.length, 1);
  await start();
  writeFileSync(path.join(files, "new"), first);
  assert.deepEqual((await fetchFile("new", { port: four.port })).content, first);
});

test("uploads go to nginx, which makes their folders, and new files replace none", { skip }, async (t) => {
  const { url, files } = await startNginx(t, "dav_methods PUT; create_full_put_path on; client_max_body_size 200k;");
  const content = seededBytes(1, 150_000);
  const { port, cache } = await servingFrom(t, { url, write: "new" });
  await putFile("switches/sw 1.cfg", content, { port });
  await assert.rejects(putFile("switches/sw 1.cfg", content.subarray(1), { port }), { errorCode: ERROR_FILE_EXISTS });
  assert.deepEqual(readFileSync(path.join(files, "switches", "sw 1.cfg")), content);
  const overwriting = await servingFrom(t, { url, write: "overwrite" });
  await putFile("switches/sw 1.cfg", content.subarray(1), { port: overwriting.port });
  assert.deepEqual((await fetchFile("switches/sw 1.cfg", { port })).content, content.subarray(1));
  await assert.rejects(putFile("large", seededBytes(2, 300_000), { port }), { errorCode: ERROR_DISK_FULL });
  assert.deepEqual(readdirSync(files), ["switches"]);
  assert.equal(readdirSync(cache).length, 1);
});
