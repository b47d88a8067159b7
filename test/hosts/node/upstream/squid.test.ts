/** Squid between servers and their origin, by the configuration in examples/operations. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ERROR_FILE_NOT_FOUND, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { type Nginx, startNginx, withoutNginx } from "./nginx.js";
import { Origin, servingFrom, type UpstreamPlace } from "./origin.js";
import { type Squid, startSquid, withoutSquid } from "./squid.js";

const skip = withoutNginx || withoutSquid;
const CONTENT = seededBytes(1, 300_000);
const OTHER = seededBytes(2, 1000);
const TEN_DAYS_MS = 10 * 86_400_000;
/** A date to come: Squid asks about such a file each time, however slow the machine is. */
const CHANGED_NOW_MS = -3_600_000;

function put({ files }: Nginx, name: string, content: Buffer, ageMs: number): void {
  const file = path.join(files, name);
  writeFileSync(file, content);
  const changed = new Date(Date.now() - ageMs);
  utimesSync(file, changed, changed);
}

async function startBoth(t: TestContext): Promise<{ nginx: Nginx; squid: Squid; site: () => Promise<UpstreamPlace> }> {
  const nginx = await startNginx(t, "dav_methods PUT;");
  const squid = await startSquid(t, nginx.url);
  return { nginx, squid, site: () => servingFrom(t, { url: squid.url, write: "overwrite" }) };
}

async function contentOf(name: string, { port }: UpstreamPlace): Promise<Buffer> {
  return (await fetchFile(name, { port })).content;
}

test("the servers of two sites get a file that the origin sends once, and it outlives the origin", {
  skip,
}, async (t) => {
  const { nginx, squid, site } = await startBoth(t);
  put(nginx, "image", CONTENT, TEN_DAYS_MS);
  assert.deepEqual(await contentOf("image", await site()), CONTENT);
  assert.deepEqual(await contentOf("image", await site()), CONTENT);
  await nginx.stop();
  const last = await site();
  assert.deepEqual(await contentOf("image", last), CONTENT);
  const [first, ...others] = await squid.answersFor("image", 3);
  assert.equal(first, "TCP_MISS/200");
  assert.equal(others.length, 2);
  for (const answer of others) {
    assert.match(answer, /^TCP_(MEM_)?HIT\/200$/);
  }
  await assert.rejects(fetchFile("another", { port: last.port }), { errorCode: ERROR_NOT_DEFINED });
  assert.match(last.reasons[0]?.text as string, /another answered with status 50[234]$/);
});

test("a file that was changed is found through Squid by its ETag, and one that is gone is missing", {
  skip,
}, async (t) => {
  let seconds = 1000;
  t.mock.method(performance, "now", () => seconds * 1000);
  const { nginx, squid, site } = await startBoth(t);
  const one = await site();
  put(nginx, "config", CONTENT, CHANGED_NOW_MS);
  assert.deepEqual(await contentOf("config", one), CONTENT);
  seconds += 6;
  assert.deepEqual(await contentOf("config", one), CONTENT);
  put(nginx, "config", OTHER, 2 * CHANGED_NOW_MS);
  seconds += 6;
  assert.deepEqual(await contentOf("config", one), OTHER);
  assert.deepEqual(await contentOf("config", await site()), OTHER);
  const answers = await squid.answersFor("config", 4);
  assert.deepEqual([answers[0], answers.length], ["TCP_MISS/200", 4]);
  assert.match(answers[1] as string, /\/304$/);
  assert.match(answers[2] as string, /\/200$/);
  await assert.rejects(fetchFile("missing", { port: one.port }), { errorCode: ERROR_FILE_NOT_FOUND });
});

test("a file that Squid would ask about is served while the origin is down", { skip }, async (t) => {
  const { nginx, site } = await startBoth(t);
  put(nginx, "config", CONTENT, CHANGED_NOW_MS);
  assert.deepEqual(await contentOf("config", await site()), CONTENT);
  await nginx.stop();
  assert.deepEqual(await contentOf("config", await site()), CONTENT);
});

test("uploads go through Squid to the origin, and replace what it has kept", { skip }, async (t) => {
  const { nginx, site } = await startBoth(t);
  put(nginx, "backup", CONTENT, TEN_DAYS_MS);
  assert.deepEqual(await contentOf("backup", await site()), CONTENT);
  await putFile("backup", OTHER, { port: (await site()).port });
  assert.deepEqual(readFileSync(path.join(nginx.files, "backup")), OTHER);
  assert.deepEqual(await contentOf("backup", await site()), OTHER);
});

test("a response that is cut short before Squid is an ERROR, and stays in no cache", {
  skip: withoutSquid,
}, async (t) => {
  const origin = await Origin.start(t);
  let isCut = true;
  origin.respond = ({ url }, response) => {
    if (url === "/ready") {
      response.writeHead(404).end();
    } else if (isCut) {
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(CONTENT.subarray(0, 100_000), () => setTimeout(() => response.socket?.destroy(), 20));
    } else {
      response.writeHead(200, { "content-length": CONTENT.length }).end(CONTENT);
    }
  };
  const squid = await startSquid(t, origin.url);
  const { port, cache, reasons, server } = await servingFrom(t, { url: squid.url });
  server.on("ended", (_, { reason }) => reason !== undefined && reasons.push(reason));
  await assert.rejects(fetchFile("image", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.match(reasons[0]?.text as string, /image broke off after \d+ bytes: /);
  while (readdirSync(cache).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  isCut = false;
  assert.deepEqual((await fetchFile("image", { port })).content, CONTENT);
});
