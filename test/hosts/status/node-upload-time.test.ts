/** Uploads that take too long. The checks of the server are fired by hand. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { StatusPage } from "lockstep-tftp";
import { ServedFolder } from "../../support/served-folder.js";
import { hiddenFiles } from "../../support/temporary-folder.js";
import { type OpenSite, OWN_HEADER, put } from "./site.js";
import { until } from "./site-data.js";

/** Uploads that can run at once. */
const MAX_UPLOADS = 8;
const BYTE = Buffer.from("x");
/** An upload is written in pieces of this size, so that less than one is not in its file yet. */
const PIECE_BYTES = 8192;

async function opened(t: TestContext) {
  const folder = await ServedFolder.open({}, { write: "new" });
  t.after(() => folder[Symbol.asyncDispose]());
  const page = new StatusPage(folder.server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  const site = { port: Number(new URL(page.url).port) } as OpenSite;
  const { mock } = t.mock.method(globalThis, "setInterval");
  return {
    site,
    folder,
    /** Begins an upload that is said to have nine gigabytes. */
    begin(name: string, part: Uint8Array) {
      const options = { host: "127.0.0.1", port: site.port, method: "PUT", path: `/api/files/${name}`, agent: false };
      const request = http.request({ ...options, headers: { ...OWN_HEADER, "Content-Length": 9e9 } });
      request.on("error", () => {});
      t.after(() => request.destroy());
      request.write(part);
      return new Promise<number>((resolve) => request.on("response", ({ statusCode = 0 }) => resolve(statusCode)));
    },
    /** The times between checks, in milliseconds, of the uploads so far. */
    periods: () => mock.calls.map(({ arguments: [, periodMs] }) => periodMs),
    pass() {
      for (const {
        arguments: [check],
      } of mock.calls) {
        (check as () => void)();
      }
    },
  };
}

test("uploads that are silent for 30 s make room for others, however large they are said to be", async (t) => {
  const { site, folder, begin, periods, pass } = await opened(t);
  const names = Array.from({ length: MAX_UPLOADS }, (_, index) => `silent${index}`);
  const answers = names.map((name) => begin(name, BYTE));
  await until(() => periods().length === MAX_UPLOADS);
  assert.deepEqual([...new Set(periods())], [30_000]);
  assert.equal((await put(site, "small", BYTE)).status, 503);
  pass();
  assert.deepEqual(new Set(await Promise.all(answers)), new Set([408]));
  assert.equal((await put(site, "small", BYTE)).status, 201);
  assert.deepEqual(hiddenFiles(folder.root), []);
});

test("an upload goes on while it is fast enough, and ends when it no longer is", async (t) => {
  const { folder, begin, periods, pass } = await opened(t);
  const part = new Uint8Array(200_000);
  let status = 0;
  const answer = begin("large", part);
  void answer.then((ended) => {
    status = ended;
  });
  await until(() => periods().length === 1);
  const stored = () => hiddenFiles(folder.root).map((name) => statSync(path.join(folder.root, name)).size);
  await until(() => (stored()[0] ?? 0) > part.length - PIECE_BYTES);
  pass();
  assert.equal(status, 0);
  assert.equal(stored().length, 1);
  pass();
  assert.equal(await answer, 408);
});
