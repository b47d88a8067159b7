/** Files from an upstream, through the cache. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { Origin, servingFrom, withFile } from "./origin.js";

const CONTENT = seededBytes(1, 100_000);
const OTHER = seededBytes(2, 3000);
const VARIABLE = "TEST_UPSTREAM_TOKEN";

/** Sets the clock of copies and of missing files. Returns what moves it. */
function clockOf(t: TestContext): (seconds: number) => void {
  let seconds = 1000;
  t.mock.method(performance, "now", () => seconds * 1000);
  return (by) => {
    seconds += by;
  };
}

async function contentOf(name: string, port: number): Promise<Buffer> {
  return (await fetchFile(name, { port })).content;
}

test("a file that the folder lacks comes from the upstream, with its size, and once for many clients", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = (request, response) => setTimeout(() => withFile(CONTENT)(request, response), 50);
  const { port, root } = await servingFrom(t, { url: `${origin.url}tftp/` });
  writeFileSync(path.join(root, "local"), OTHER);
  const downloads = Array.from({ length: 20 }, () => fetchFile("images/kernel", { port, options: { tsize: 0 } }));
  for (const { content, granted } of await Promise.all(downloads)) {
    assert.deepEqual(content, CONTENT);
    assert.equal(granted?.tsize, CONTENT.length);
  }
  assert.deepEqual(await contentOf("local", port), OTHER);
  assert.deepEqual(origin.targets, ["/tftp/images/kernel"]);
});

test("files of all sizes come whole, with a length and in chunks", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = (request, response) => {
    const [, kind, size] = (request.url as string).split("/");
    const content = seededBytes(Number(size) + 1, Number(size));
    if (kind === "length") {
      response.setHeader("content-length", content.length);
    }
    response.write(content.subarray(0, 100));
    response.end(content.subarray(100));
  };
  const { port, cache } = await servingFrom(t, { url: origin.url });
  for (const kind of ["length", "chunks"]) {
    for (const size of [0, 1, 511, 512, 513, 20_000]) {
      assert.deepEqual(await contentOf(`${kind}/${size}`, port), seededBytes(size + 1, size));
    }
  }
  assert.equal(readdirSync(cache).length, 12);
});

test("a copy is asked about after a while, by ETag and by date, and replaced when the file has changed", async (t) => {
  const wait = clockOf(t);
  const origin = await Origin.start(t);
  const date = new Date(0).toUTCString();
  origin.respond = withFile(CONTENT, { etag: '"one"', "last-modified": date });
  const cache = path.join(temporaryFolder(t), "cache");
  const first = await servingFrom(t, { url: origin.url, cache });
  assert.deepEqual(await contentOf("file", first.port), CONTENT);
  assert.deepEqual(await contentOf("file", first.port), CONTENT);
  assert.equal(origin.requests.length, 1);
  wait(6);
  assert.deepEqual(await contentOf("file", first.port), CONTENT);
  assert.deepEqual(await contentOf("file", first.port), CONTENT);
  assert.equal(origin.requests.length, 2);
  // Another server on the same cache does not know how old the copy is.
  const second = await servingFrom(t, { url: origin.url, cache });
  assert.deepEqual(await contentOf("file", second.port), CONTENT);
  const { headers } = origin.requests[1] as (typeof origin.requests)[0];
  assert.deepEqual([headers["if-none-match"], headers["if-modified-since"]], ['"one"', date]);
  origin.respond = withFile(OTHER, { etag: '"two"' });
  const third = await servingFrom(t, { url: origin.url, cache });
  assert.deepEqual(await contentOf("file", third.port), OTHER);
  assert.equal(origin.requests.length, 4);
  assert.equal(readdirSync(cache).length, 1);
});

test("a missing file is ERROR 1, and is not asked for again at once; a removed one loses its copy", async (t) => {
  const wait = clockOf(t);
  const origin = await Origin.start(t);
  const { port, reasons, cache } = await servingFrom(t, { url: origin.url });
  for (const _ of [1, 2, 3]) {
    await assert.rejects(fetchFile("pxelinux.cfg/default", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
  }
  assert.equal(origin.requests.length, 1);
  wait(6);
  await assert.rejects(fetchFile("pxelinux.cfg/default", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
  assert.equal(origin.requests.length, 2);
  assert.deepEqual(reasons[0], {
    code: "not_found",
    text: `no such file: the upstream has no ${origin.url}pxelinux.cfg/default`,
  });
  origin.respond = withFile(OTHER);
  await contentOf("file", port);
  origin.respond = (_, response) => void response.writeHead(410).end();
  const later = await servingFrom(t, { url: origin.url, cache });
  await assert.rejects(fetchFile("file", { port: later.port }), { errorCode: ERROR_FILE_NOT_FOUND });
  assert.deepEqual(readdirSync(cache), []);
});

test("while the upstream is down a copy is served with one warning, and other files are refused", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(CONTENT);
  const cache = path.join(temporaryFolder(t), "cache");
  await contentOf("file", (await servingFrom(t, { url: origin.url, cache })).port);
  const { url } = origin;
  await origin.stop();
  const { port, warnings, reasons } = await servingFrom(t, { url, cache });
  assert.deepEqual(await contentOf("file", port), CONTENT);
  assert.deepEqual(await contentOf("file", port), CONTENT);
  await assert.rejects(fetchFile("other", { port }), { errorCode: 0 });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] as string, /^The upstream http:\/\/127\.0\.0\.1:\d+ fails, and files come from the cache/);
  assert.equal(reasons[0]?.code, "upstream_unreachable");
  assert.match(reasons[0]?.text as string, /^the upstream cannot be reached: \S+\/other: the connection was refused/);
});

test("names cannot leave the upstream's folder, change its host, or begin a query", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(OTHER);
  const { port } = await servingFrom(t, { url: `${origin.url}tftp/` });
  const names = ["a?b=c", "a#b", "a%2e%2e/b", "http://evil.example/x", "@evil.example", "a b", "ä", "a:b", "a&b;c"];
  for (const name of names) {
    assert.deepEqual(await contentOf(name, port), OTHER, name);
  }
  await assert.rejects(fetchFile("../secret", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  assert.deepEqual(origin.targets, [
    "/tftp/a%3Fb%3Dc",
    "/tftp/a%23b",
    "/tftp/a%252e%252e/b",
    "/tftp/http%3A/evil.example/x",
    "/tftp/%40evil.example",
    "/tftp/a%20b",
    "/tftp/%C3%A4",
    "/tftp/a%3Ab",
    "/tftp/a%26b%3Bc",
  ]);
});

test("rules make URLs of names, in path and query, for downloads only", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(OTHER);
  const rules = [
    { match: "sep{mac}.cnf.xml", to: `${origin.url}phones/{mac}?from={address}&name={name}` },
    { match: "up*", to: `${origin.url}{1}/x` },
    { match: "**.key", refuse: true },
    { match: "keys/*", to: `${origin.url}{1}.key` },
    { match: "UPPER*", to: `${origin.url}Case/{1}`, case: "lower" },
  ] as const;
  const { port, server } = await servingFrom(t, {}, { rules, write: "new" });
  const renamed: string[] = [];
  server.on("renamed", ({ foundName }) => renamed.push(foundName));
  assert.deepEqual(await contentOf("SEP0004f2abcdef.cnf.xml", port), OTHER);
  assert.deepEqual(await contentOf("upperABC", port), OTHER);
  for (const name of ["up..", "up.", "keys/a", "a.key"]) {
    await assert.rejects(fetchFile(name, { port }), { errorCode: ERROR_ACCESS_VIOLATION }, name);
  }
  await putFile("up1", OTHER, { port });
  assert.deepEqual(origin.targets, [
    "/phones/00-04-f2-ab-cd-ef?from=127.0.0.1&name=SEP0004f2abcdef.cnf.xml",
    "/perABC/x",
  ]);
  assert.deepEqual(renamed, [`${origin.url}phones/00-04-f2-ab-cd-ef?…`, `${origin.url}perABC/x`]);
});

test("the client's address and port go to the upstream if that is wanted, and each address gets a copy of its own", async (t) => {
  clockOf(t);
  const origin = await Origin.start(t);
  origin.respond = (request, response) => void response.end(`for ${request.headers["x-tftp-address"]}`);
  const { port, server } = await servingFrom(t, { url: origin.url, tellClient: true });
  const ports: number[] = [];
  server.on("started", (transfer) => ports.push(transfer.port));
  for (const localAddress of ["127.0.0.2", "127.0.0.3", "127.0.0.2"]) {
    assert.equal(String((await fetchFile("config", { port, localAddress })).content), `for ${localAddress}`);
  }
  assert.deepEqual(
    origin.requests.map(({ headers }) => Number(headers["x-tftp-port"])),
    ports.slice(0, 2),
  );
});

test("nothing tells the upstream of clients unless that is wanted, and no name adds a header", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(OTHER);
  const silent = await servingFrom(t, { url: origin.url });
  await contentOf("config", silent.port);
  const telling = await servingFrom(t, { url: origin.url, tellClient: true });
  await contentOf("config%0D%0AX-TFTP-Address: 10.0.0.1", telling.port);
  await assert.rejects(fetchFile("config\r\nX-TFTP-Address: 10.0.0.1", { port: telling.port }));
  const told = origin.requests.map(({ rawHeaders }) => rawHeaders.filter((text) => /^x-tftp/i.test(text)).sort());
  assert.deepEqual(told, [[], ["x-tftp-address", "x-tftp-port"]]);
  assert.equal(origin.requests[1]?.headers["x-tftp-address"], "127.0.0.1");
});

test("headers have variables of the environment, which no message shows, and go to no other origin", async (t) => {
  process.env[VARIABLE] = "s3cret";
  t.after(() => delete process.env[VARIABLE]);
  const other = await Origin.start(t);
  other.respond = withFile(OTHER);
  const origin = await Origin.start(t);
  origin.respond = (request, response) => {
    const location = request.url === "/far" ? `${other.url}file` : "/near";
    response.writeHead(request.url === "/near" ? 200 : 302, request.url === "/near" ? {} : { location });
    response.end(request.url === "/near" ? CONTENT : undefined);
  };
  const headers = { authorization: `Bearer $\{${VARIABLE}}` };
  const { port } = await servingFrom(t, { url: origin.url, headers, redirectsTo: [new URL(other.url).origin] });
  assert.deepEqual(await contentOf("start", port), CONTENT);
  assert.deepEqual(await contentOf("far", port), OTHER);
  assert.deepEqual(
    [...origin.requests, ...other.requests].map((request) => request.headers.authorization),
    ["Bearer s3cret", "Bearer s3cret", "Bearer s3cret", undefined],
  );
});

test("the files that were used least recently make room in the cache", async (t) => {
  clockOf(t);
  const origin = await Origin.start(t);
  const large = seededBytes(3, 250_000);
  origin.respond = withFile(large);
  const { port, cache } = await servingFrom(t, { url: origin.url, maxCacheBytes: 2 ** 20 });
  for (const name of ["a", "b", "c", "d", "e"]) {
    assert.deepEqual(await contentOf(name, port), large);
  }
  assert.equal(readdirSync(cache).length, 3);
  await contentOf("e", port);
  assert.equal(origin.requests.length, 5);
});
