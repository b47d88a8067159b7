/** The served files over HTTP. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { statSync, utimesSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type HttpDownload, type ReadableFile, StatusPage, TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { settle } from "../../../support/file-conditions.js";
import { seededBytes } from "../../../support/seed.js";
import { ServedFolder } from "../../../support/served-folder.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { commandLine } from "../cli/command-line.js";
import { openPage } from "./page-with-files.js";

const LOOPBACK = "127.0.0.1";
const LARGE = seededBytes(3, 300_000);
const SMALL = seededBytes(4, 1000);
const FILES = { "large.bin": LARGE, "boot/small.bin": SMALL, "a b#ü.txt": SMALL, empty: new Uint8Array() };

async function open(t: TestContext, options: TftpServerOptions = {}) {
  const folder = await ServedFolder.open(FILES, options);
  t.after(() => folder[Symbol.asyncDispose]());
  return { folder, ...(await openPage(t, folder.server)) };
}

/** A file that changed just now has no validators yet. */
function makeOld(folder: ServedFolder, name: string): void {
  utimesSync(path.join(folder.root, name), 1_700_000_000, 1_700_000_000);
}

for (const [target, content] of [
  ["/files/large.bin", LARGE],
  ["/files/boot/small.bin", SMALL],
  ["/files/a%20b%23%C3%BC.txt", SMALL],
  ["/files/empty", new Uint8Array()],
  ["/files/boot%2fsmall.bin?query", SMALL],
] as const) {
  test(`${target} has the file's bytes and length`, async (t) => {
    const { ask, downloads } = await open(t);
    const { status, headers, body } = await ask(target);
    assert.equal(status, 200);
    assert.deepEqual(body, Buffer.from(content));
    assert.equal(headers["content-length"], String(content.length));
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.equal(headers["x-content-type-options"], "nosniff");
    // The answer has arrived before the server knows that it is over.
    while (downloads.length === 0) {
      await setImmediate();
    }
    const [download] = downloads;
    assert.deepEqual([download?.status, download?.bytes, download?.isComplete], [200, content.length, true]);
  });
}

test("HEAD has the length and no bytes", async (t) => {
  const { ask } = await open(t);
  const { status, headers, body } = await ask("/files/large.bin", {}, "HEAD");
  assert.deepEqual([status, headers["content-length"], body.length], [200, String(LARGE.length), 0]);
});

for (const [range, first, last] of [
  ["bytes=0-0", 0, 0],
  ["bytes=511-1024", 511, 1024],
  ["bytes=100-", 100, LARGE.length - 1],
  ["bytes=-300", LARGE.length - 300, LARGE.length - 1],
  ["bytes=299990-999999", 299_990, LARGE.length - 1],
  ["bytes=-999999", 0, LARGE.length - 1],
  ["bytes=65530-131080", 65_530, 131_080],
] as const) {
  test(`the range ${range} is sent alone (RFC 9110 §14.2)`, async (t) => {
    const { ask } = await open(t);
    const { status, headers, body } = await ask("/files/large.bin", { range });
    assert.equal(status, 206);
    assert.equal(headers["content-range"], `bytes ${first}-${last}/${LARGE.length}`);
    assert.deepEqual(body, Buffer.from(LARGE.subarray(first, last + 1)));
  });
}

for (const range of ["bytes=300000-", "bytes=400000-500000", "bytes=-0"]) {
  test(`the range ${range} lies outside the file (RFC 9110 §15.5.17)`, async (t) => {
    const { ask } = await open(t);
    const { status, headers } = await ask("/files/large.bin", { range });
    assert.deepEqual([status, headers["content-range"]], [416, `bytes */${LARGE.length}`]);
  });
}

for (const range of ["bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=", "bytes=a-b"]) {
  test(`the range ${range} is passed over: the whole file is sent`, async (t) => {
    const { ask } = await open(t);
    const { status, body } = await ask("/files/large.bin", { range });
    assert.deepEqual([status, body.length], [200, LARGE.length]);
  });
}

for (const name of ["large.bin", "boot/small.bin"]) {
  test(`a copy of ${name} that has not changed is not sent again (RFC 9110 §13.1)`, async (t) => {
    const { ask, folder } = await open(t);
    makeOld(folder, name);
    const { ctimeMs } = statSync(path.join(folder.root, name));
    const clock = t.mock.method(Date, "now", () => ctimeMs);
    const fresh = await ask(`/files/${name}`);
    assert.equal(fresh.headers.etag, undefined, "the file may still change within the same time stamp");
    // The time of the last change of the file itself cannot be set.
    clock.mock.restore();
    settle(t);
    const first = await ask(`/files/${name}`);
    const { etag = "", "last-modified": modified = "" } = first.headers;
    assert.equal(modified, "Tue, 14 Nov 2023 22:13:20 GMT");
    assert.equal((await ask(`/files/${name}`, { "if-none-match": etag })).status, 304);
    assert.equal((await ask(`/files/${name}`, { "if-none-match": `"x", W/${etag}` })).status, 304);
    assert.equal((await ask(`/files/${name}`, { "if-none-match": '"x"' })).status, 200);
    assert.equal((await ask(`/files/${name}`, { "if-modified-since": modified })).status, 304);
    assert.equal((await ask(`/files/${name}`, { range: "bytes=1-2", "if-range": etag })).status, 206);
    assert.equal((await ask(`/files/${name}`, { range: "bytes=1-2", "if-range": '"x"' })).status, 200);
    writeFileSync(path.join(folder.root, name), "changed");
    const changed = await ask(`/files/${name}`, { "if-none-match": etag });
    assert.deepEqual([changed.status, changed.body.toString()], [200, "changed"]);
  });
}

for (const [title, target, status] of [
  ["a missing file", "/files/missing", 404],
  ["a folder", "/files/boot", 403],
  ["the prefix alone", "/files/", 400],
  ["a way out of the folder", "/files/../server.ts", 400],
  ["an encoded way out of the folder", "/files/%2e%2e/server.ts", 400],
  ["a broken encoding", "/files/%zz", 400],
  ["a NUL", "/files/a%00b", 400],
] as const) {
  test(`${title} is answered with ${status}`, async (t) => {
    const { ask } = await open(t);
    const reply = await ask(target);
    assert.equal(reply.status, status);
    assert.match(reply.body.toString(), /^[A-Z].*\.\n$/);
  });
}

test("other methods are refused", async (t) => {
  const { ask, folder } = await open(t, { write: "overwrite" });
  for (const method of ["PUT", "DELETE", "POST"]) {
    const { status, headers } = await ask("/files/large.bin", {}, method);
    assert.deepEqual([status, headers.allow], [405, "GET, HEAD"]);
  }
  assert.ok(folder.has("large.bin"));
});

test("rules hold: files are renamed and refused as over TFTP", async (t) => {
  const { ask } = await open(t, {
    rules: [
      { match: "*.key", refuse: true },
      { match: "old.bin", to: "boot/small.bin" },
    ],
  });
  assert.deepEqual((await ask("/files/old.bin")).body, Buffer.from(SMALL));
  assert.equal((await ask("/files/secret.key")).status, 403);
});

test("only the networks of the server are served", async (t) => {
  const { ask } = await open(t, { allow: ["10.0.0.0/8"] });
  assert.equal((await ask("/files/large.bin")).status, 403);
});

test("another host name gets nothing, since another site could lead it here", async (t) => {
  const { ask } = await open(t);
  assert.equal((await ask("/files/large.bin", { host: "attacker.example" })).status, 421);
});

test("a client of HTTP/1.0 without a host name gets the file", async (t) => {
  const { port } = await open(t);
  const socket = connect(port, LOOPBACK, () => socket.write("GET /files/boot/small.bin HTTP/1.0\r\n\r\n"));
  const parts: Buffer[] = [];
  socket.on("data", (part) => parts.push(part));
  await once(socket, "end");
  const answer = Buffer.concat(parts);
  assert.match(answer.toString("latin1"), /^HTTP\/1\.1 200 OK\r\n/);
  assert.deepEqual(answer.subarray(-SMALL.length), Buffer.from(SMALL));
});

test("a client that goes away in the middle ends its download, and the file is closed", async (t) => {
  let isClosed = false;
  const file: ReadableFile = {
    sizeBytes: 2 ** 30,
    read: (target) => target.length,
    close() {
      isClosed = true;
    },
  };
  const storage = { openForReading: () => file, openForWriting: () => -3 };
  const server = new TftpServer({ storage, host: LOOPBACK, port: 0 });
  const { page, port } = await openPage(t, server);
  const over = once(page, "fetched") as Promise<[HttpDownload]>;
  const request = http.get({ host: LOOPBACK, port, path: "/files/endless" });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  await once(response, "readable");
  request.on("error", () => {});
  request.destroy();
  const [{ isComplete, bytes }] = await over;
  assert.equal(isComplete, false);
  assert.ok(bytes < file.sizeBytes);
  assert.ok(isClosed);
  await server.close();
});

test("a file that cannot be read to its end breaks off the answer", async (t) => {
  const file: ReadableFile = {
    sizeBytes: 200_000,
    read: (target, position) => (position < 100_000 ? target.length : ~0),
    close() {},
  };
  const server = new TftpServer({
    storage: { openForReading: () => file, openForWriting: () => -3 },
    host: LOOPBACK,
    port: 0,
  });
  const { ask } = await openPage(t, server);
  await assert.rejects(ask("/files/broken"));
  await server.close();
});

test("the metrics count answers by status, and bytes", async (t) => {
  const { ask, downloads } = await open(t);
  await ask("/files/boot/small.bin");
  await ask("/files/missing");
  while (downloads.length < 2) {
    await setImmediate();
  }
  const text = (await ask("/metrics")).body.toString();
  assert.match(text, /^lockstep_tftp_http_answers_total\{status="200"\} 1$/m);
  assert.match(text, /^lockstep_tftp_http_answers_total\{status="404"\} 1$/m);
  assert.match(text, /^lockstep_tftp_http_sent_bytes_total 1000$/m);
});

test("without serveFiles there are no files over HTTP", async (t) => {
  await using folder = await ServedFolder.open(FILES);
  const page = new StatusPage(folder.server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  assert.equal((await fetch(new URL("/files/large.bin", page.url))).status, 404);
});

test("serve --http serves the files, and logs them", async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file.bin"), LARGE);
  const server = await ServerProcess.start(t, [root, "--http", "--status-page", "127.0.0.1:0"]);
  const [, url = ""] = /Status page at (\S+)/.exec(await server.line(/Status page at/)) ?? [];
  const answer = await fetch(new URL("/files/file.bin", url));
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(LARGE));
  await server.line(/127\.0\.0\.1 gets "file\.bin" over HTTP: status 200; 300000 bytes$/);
});

test("--http without --status-page says what to add", async (t) => {
  const { code, stderr } = await commandLine("serve", temporaryFolder(t), "--http");
  assert.equal(code, 1);
  assert.match(stderr, /--http serves files on the server of the status page; add --status-page with an address/);
});
