/** Files over HTTP that come later: from an upstream, from storages that return promises, and by rules. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { FORBIDDEN, NOT_FOUND, refuse, type TftpServerOptions, type UpstreamOptions } from "lockstep-tftp";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { MemoryFile, PromisedFiles } from "../later/promised-files.js";
import { Origin, servingFrom, withFile } from "../upstream/origin.js";
import { openPage } from "./page-with-files.js";

const CONTENT = seededBytes(1, 600_000);
const SMALL = Buffer.from("small");

async function pageOf(t: TestContext, upstream: UpstreamOptions, options: Partial<TftpServerOptions> = {}) {
  const place = await servingFrom(t, upstream, options);
  return { ...(await openPage(t, place.server)), tftpPort: place.port, root: place.root, cache: place.cache };
}

async function pageWith(t: TestContext, storage: TftpServerOptions["storage"]) {
  const { server } = await serving(t, { storage: storage as NonNullable<typeof storage> });
  const errors: Error[] = [];
  server.on("error", (error) => errors.push(error));
  return { ...(await openPage(t, server)), server, errors };
}

test("a file of an upstream is served whole, in parts and as HEAD, and is fetched once with TFTP", async (t) => {
  const origin = await Origin.start(t);
  const modified = new Date(0).toUTCString();
  origin.respond = withFile(CONTENT, { etag: '"one"', "last-modified": modified });
  const { ask, tftpPort, root } = await pageOf(t, { url: origin.url });
  const [whole, again] = await Promise.all([ask("/files/a/image"), ask("/files/a/image")]);
  assert.deepEqual([whole.status, whole.headers["content-length"]], [200, String(CONTENT.length)]);
  assert.deepEqual([whole.headers.etag, whole.headers["last-modified"]], ['"one"', modified]);
  assert.ok(whole.body.equals(CONTENT) && again.body.equals(CONTENT));
  const part = await ask("/files/a/image", { range: "bytes=1000-66000", "if-range": '"one"' });
  assert.equal(part.status, 206);
  assert.ok(part.body.equals(CONTENT.subarray(1000, 66_001)));
  assert.equal((await ask("/files/a/image", { range: "bytes=0-1", "if-range": '"two"' })).status, 200);
  assert.equal((await ask("/files/a/image", { "if-none-match": '"one"' })).status, 304);
  const head = await ask("/files/a/image", {}, "HEAD");
  assert.deepEqual([head.status, head.headers["content-length"]], [200, String(CONTENT.length)]);
  assert.ok((await fetchFile("a/image", { port: tftpPort })).content.equals(CONTENT));
  assert.deepEqual(origin.targets, ["/a/image"]);
  writeFileSync(path.join(root, "local"), SMALL);
  assert.deepEqual((await ask("/files/local")).body, SMALL);
});

test("a weak tag of an upstream is not passed on", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(SMALL, { etag: 'W/"weak"' });
  const { ask } = await pageOf(t, { url: origin.url });
  const { headers } = await ask("/files/image");
  assert.deepEqual([headers.etag, headers["last-modified"]], [undefined, undefined]);
});

test("the first bytes of a large file go out before its last have come in, and a break shows", async (t) => {
  const origin = await Origin.start(t);
  const responses: http.ServerResponse[] = [];
  origin.respond = (_, response) => {
    response.writeHead(200, { "content-length": CONTENT.length });
    response.write(CONTENT.subarray(0, 300_000));
    responses.push(response);
  };
  const { port, downloads, cache } = await pageOf(t, { url: origin.url });
  for (const isWhole of [false, true]) {
    const [response] = (await once(http.get({ port, path: "/files/image", agent: false }), "response")) as [
      http.IncomingMessage,
    ];
    const parts: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    response.on("data", (part: Buffer) => {
      parts.push(part);
      bytes += part.length;
      if (bytes > 200_000 && !isOver) {
        isOver = true;
        const from = responses.at(-1) as http.ServerResponse;
        isWhole ? from.end(CONTENT.subarray(300_000)) : from.destroy();
      }
    });
    response.on("error", () => {});
    await new Promise((resolve) => response.once("close", resolve));
    assert.equal(response.complete, isWhole);
    assert.equal(Buffer.concat(parts).equals(CONTENT), isWhole);
  }
  while (downloads.length < 2) {
    await new Promise(setImmediate);
  }
  assert.deepEqual(
    downloads.map(({ isComplete }) => isComplete),
    [false, true],
  );
  assert.equal(readdirSync(cache).length, 1);
});

/** Sends each answer a turn of the event loop later than it is given, as where a connection takes no more for the moment. */
function answerLater({ mock }: TestContext): void {
  const { end } = http.ServerResponse.prototype;
  mock.method(http.ServerResponse.prototype, "end", function (this: http.ServerResponse, body: string) {
    setImmediate(() => end.call(this, body, "utf8"));
    return this;
  });
}

test("a failing upstream is 502 with a reason for the log, a missing file 404, a forbidden one 403", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = ({ url }, response) => void response.writeHead(Number(url?.slice(1))).end();
  const { ask, downloads } = await pageOf(t, { url: origin.url });
  answerLater(t);
  assert.deepEqual(
    [(await ask("/files/500")).status, (await ask("/files/404")).status, (await ask("/files/403")).status],
    [502, 404, 403],
  );
  while (downloads.length < 3) {
    await new Promise(setImmediate);
  }
  assert.deepEqual(
    downloads.map(({ reason, isComplete }) => [reason?.code, isComplete]),
    [
      ["upstream_failed", true],
      ["not_found", true],
      ["upstream_failed", true],
    ],
  );
});

test("rules make URLs, texts from templates and refusals over HTTP as well", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(SMALL);
  const folder = temporaryFolder(t);
  const template = path.join(folder, "phone.txt");
  const table = path.join(folder, "phones.csv");
  writeFileSync(template, "label={label} address={address}\n");
  writeFileSync(table, "mac,label\n00-04-f2-ab-cd-ef,Lobby\n");
  const rules = [
    { match: "SEP{mac}.cfg", template, table },
    { match: "up/**", to: `${origin.url}{1}?from={address}` },
    { match: "*.key", refuse: true },
  ];
  const { ask } = await pageOf(t, {}, { rules });
  const text = await ask("/files/SEP0004F2ABCDEF.cfg");
  assert.deepEqual([text.status, text.body.toString()], [200, "label=Lobby address=127.0.0.1\n"]);
  assert.deepEqual((await ask("/files/up/x/y")).body, SMALL);
  assert.deepEqual(origin.targets, ["/x/y?from=127.0.0.1"]);
  assert.equal((await ask("/files/secret.key")).status, 403);
});

test("only the networks of the server get files of the upstream", async (t) => {
  const origin = await Origin.start(t);
  const { ask } = await pageOf(t, { url: origin.url }, { allow: ["10.0.0.0/8"] });
  assert.equal((await ask("/files/image")).status, 403);
  assert.deepEqual(origin.targets, []);
});

test("a storage that answers later serves HTTP, and its failures are answers", async (t) => {
  const storage = {
    openForReading: async (name: string) => {
      await new Promise(setImmediate);
      if (name === "broken") {
        throw new Error("the database is gone");
      }
      return name === "file" ? new MemoryFile(CONTENT) : refuse(NOT_FOUND, `no phone ${name}`);
    },
    openForWriting: () => FORBIDDEN,
  };
  const { ask, downloads, errors } = await pageWith(t, storage);
  assert.ok((await ask("/files/file")).body.equals(CONTENT));
  assert.equal((await ask("/files/other")).status, 404);
  assert.equal((await ask("/files/broken")).status, 500);
  while (downloads.length < 3) {
    await new Promise(setImmediate);
  }
  assert.deepEqual(
    downloads.slice(1).map(({ reason }) => reason?.text),
    ["no phone other", "failed: the database is gone"],
  );
  assert.deepEqual(
    errors.map(({ message }) => message),
    ["The storage failed: the database is gone"],
  );
});

test("a client that goes away while it waits leaves no file open", async (t) => {
  const storage = new PromisedFiles();
  const { port, downloads } = await pageWith(t, storage);
  const request = http.get({ port, path: "/files/file", agent: false });
  request.on("error", () => {});
  const asked = await storage.asked(0);
  request.destroy();
  const file = new MemoryFile(CONTENT);
  asked.answer(file);
  while (downloads.length === 0) {
    await new Promise(setImmediate);
  }
  assert.deepEqual([file.closedCount, downloads[0]?.isComplete], [1, false]);
});

test("a storage that does not answer in time is 503, and its file is closed when it comes", async (t) => {
  const storage = new PromisedFiles();
  const { server } = await pageWith(t, storage);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const opened = server.openForClient("file", "127.0.0.1");
  const asked = await storage.asked(0);
  t.mock.timers.tick(25_000);
  const { file, reason } = await opened;
  assert.deepEqual([file, reason?.text], [-0x10000, "failed: the storage has not answered in time"]);
  const late = new MemoryFile(CONTENT);
  asked.answer(late);
  await new Promise(setImmediate);
  assert.equal(late.closedCount, 1);
});
