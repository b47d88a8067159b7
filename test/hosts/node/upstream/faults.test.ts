/** Upstreams that fail: the device gets an ERROR, the owner of the server the reason, and the cache nothing. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { TftpServer } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { Origin, type Respond, servingFrom, withFile } from "./origin.js";

const CONTENT = seededBytes(1, 50_000);
const MAX_FILE_BYTES = 100_000;
const TIMEOUT_MS = 200;
const MISSING_VARIABLE = "NO_SUCH_VARIABLE";

/** A response that goes on sending in small steps, until the connection is closed. */
function dripping(bytes: number, everyMs: number): Respond {
  return (_, response) => {
    response.write("x");
    const timer = setInterval(() => response.write(Buffer.alloc(bytes)), everyMs);
    response.once("close", () => clearInterval(timer));
  };
}

const FAULTS: readonly [title: string, respond: Respond, reason: RegExp][] = [
  [
    "a body that is cut short",
    (_, response) => {
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(CONTENT.subarray(0, 20_000), () => setTimeout(() => response.socket?.end(), 20));
    },
    /broke off after \d+ bytes: /,
  ],
  [
    "chunks that are cut short",
    (_, response) => void response.write(CONTENT, () => setTimeout(() => response.socket?.destroy(), 20)),
    /broke off after \d+ bytes: /,
  ],
  ["an endless body", dripping(40_000, 1), /is larger than 100000 bytes/],
  [
    "an announced length that is too large",
    (_, response) => void response.writeHead(200, { "content-length": 100_001 }).flushHeaders(),
    /is larger than 100000 bytes/,
  ],
  [
    "a body in gzip",
    (_, response) => void response.writeHead(200, { "content-encoding": "gzip", "content-length": 3 }).end("abc"),
    /content encoding gzip/,
  ],
  [
    "a body of no known length",
    (_, response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart`);
    },
    /announced no length/,
  ],
  ["a status of 500", (_, response) => void response.writeHead(500).end("broken"), /answered with status 500/],
  [
    "a status of 304 that nothing asked for",
    (_, response) => void response.writeHead(304).end(),
    /answered with status 304/,
  ],
  ["a status of 206", (_, response) => void response.writeHead(206).end("part"), /answered with status 206/],
  [
    "redirects in a circle",
    ({ url }, response) => void response.writeHead(302, { location: url as string }).end(),
    /redirects more than 5 times/,
  ],
  [
    "a redirect to another host",
    (_, response) => void response.writeHead(302, { location: "http://169.254.169.254/latest" }).end(),
    /redirects to http:\/\/169\.254\.169\.254, which redirects-to/,
  ],
  [
    "a redirect to nowhere",
    (_, response) => void response.writeHead(302).end(),
    /redirects to nowhere|redirects more than/,
  ],
  ["a connection that is reset", (_, response) => response.socket?.resetAndDestroy(), /: /],
  ["an answer that is not HTTP", (_, response) => void response.socket?.end("SSH-2.0\r\n"), /: /],
];

const SLOW: typeof FAULTS = [
  ["a body that drips", dripping(1, 20), /brought \d+ bytes in 0\.2 s/],
  ["a server that does not answer", () => {}, /brought 0 bytes in 0\.2 s/],
];

for (const [title, respond, reason] of SLOW) {
  test(`${title} is an ERROR with a reason, and leaves nothing in the cache`, async (t) => {
    const origin = await Origin.start(t);
    origin.respond = respond;
    const { port, reasons, cache, errors } = await servingFrom(t, { url: origin.url, timeoutMs: TIMEOUT_MS });
    await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.match(reasons[0]?.text as string, reason);
    assert.deepEqual([readdirSync(cache), errors], [[], []]);
  });
}

for (const [title, respond, reason] of FAULTS) {
  test(`${title} is an ERROR with a reason, and leaves nothing in the cache`, async (t) => {
    const origin = await Origin.start(t);
    origin.respond = respond;
    const { port, reasons, cache, errors } = await servingFrom(t, { url: origin.url, maxFileBytes: MAX_FILE_BYTES });
    await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.match(reasons[0]?.code as string, /^upstream_(failed|unreachable)$/);
    assert.match(reasons[0]?.text as string, reason);
    assert.deepEqual([readdirSync(cache), errors], [[], []]);
    // The next one is not disturbed.
    origin.respond = withFile(CONTENT);
    assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  });
}

test("a status of 403 is ERROR 2", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = (_, response) => void response.writeHead(403).end();
  const { port, reasons } = await servingFrom(t, { url: origin.url });
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  assert.match(reasons[0]?.text as string, /^the upstream failed: \S+ answered with status 403$/);
});

test("TLS with a server that has none is an ERROR that says so", async (t) => {
  const plain = net.createServer((socket) => socket.end("no TLS here\r\n"));
  plain.listen(0, "127.0.0.1");
  t.after(() => plain.close());
  await new Promise((resolve) => plain.once("listening", resolve));
  const { port, reasons } = await servingFrom(t, {
    url: `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`,
  });
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(reasons[0]?.code, "upstream_unreachable");
  assert.match(reasons[0]?.text as string, /SSL|EPROTO|TLS/);
});

test("a copy that is damaged is fetched again, and a start removes it and what ended processes have left", async (t) => {
  const origin = await Origin.start(t);
  origin.respond = withFile(CONTENT);
  const cache = path.join(temporaryFolder(t), "cache");
  const first = await servingFrom(t, { url: origin.url, cache });
  await fetchFile("file", { port: first.port });
  const [name] = readdirSync(cache) as [string];
  truncateSync(path.join(cache, name), 30_000);
  const second = await servingFrom(t, { url: origin.url, cache });
  assert.deepEqual(readdirSync(cache), []);
  await fetchFile("file", { port: second.port });
  writeFileSync(path.join(cache, name), "");
  const third = await servingFrom(t, { url: origin.url, cache });
  assert.deepEqual((await fetchFile("file", { port: third.port })).content, CONTENT);
  assert.deepEqual(readdirSync(cache), [name]);
});

test("close stops a fetch that is running", async (t) => {
  const origin = await Origin.start(t);
  let closed = (): void => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  let isAsked = (): void => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  origin.respond = (_, response) => {
    response.once("close", closed);
    response.write("x");
    isAsked();
  };
  const { port, server, cache } = await servingFrom(t, { url: origin.url });
  const vanishing = new AbortController();
  const download = fetchFile("file", { port, signal: vanishing.signal }).catch(() => {});
  await asked;
  await server.close();
  await isClosed;
  vanishing.abort();
  await download;
  while (readdirSync(cache).length > 0) {
    await new Promise(setImmediate);
  }
});

test("options that are not acceptable are errors that name them", async (t) => {
  const root = temporaryFolder(t);
  const file = path.join(root, "file");
  writeFileSync(file, "");
  mkdirSync(path.join(root, "cache"));
  for (const [upstream, message] of [
    ["ftp://files/", /"ftp:\/\/files\/" cannot be fetched; only URLs that begin with http/],
    ["http://files/tftp", /must end with \/ or =/],
    ["http://user:pw@files/", /no user and no password/],
    [
      { url: "http://files/", maxFetches: 0, cache: root },
      /maxFetches of upstream is 0; it must be a whole number from 1/,
    ],
    [{ url: "http://files/", timeoutMs: 1, cache: root }, /timeoutMs of upstream is 1/],
    [{ url: "http://files/", redirectsTo: ["cdn"], cache: root }, /redirectsTo of upstream has "cdn"/],
    [
      { url: "http://files/", headers: { a: `$\{${MISSING_VARIABLE}}` }, cache: root },
      /needs the variable NO_SUCH_VARIABLE/,
    ],
    [{ url: "http://files/", cache: path.join(file, "x") }, /ENOTDIR/],
  ] as const) {
    await assert.rejects(async () => {
      const server = new TftpServer({ root, upstream, host: "127.0.0.1", port: 0 });
      await server.listen();
      await server.close();
    }, message);
  }
});

for (const [rule, message] of [
  [{ to: "ftp://h/{name}" }, /only URLs that begin with http/],
  [{ to: "s3://bucket/{name}" }, /cannot be fetched/],
  [{ to: "https://{name}/x" }, /placeholder in the name of the server/],
  [{ to: "https://h{1}/x", match: "*" }, /placeholder in the name of the server/],
  [{ to: "https://h" }, /is not a URL; write for example/],
  [{ to: "https://h/../x" }, /has a fragment or "\.\."/],
  [{ to: "https://h/a#{name}" }, /has a fragment/],
  [{ to: "https://u:p@h/a" }, /no user and no password/],
  [{ to: "https://h/{2}", match: "*" }, /\{2\} needs at least 2 wildcards/],
  [{ to: "https://h/{name}", direction: "put" }, /uploads cannot go to a URL/],
  [{ to: "https://h/{name}", makeFolders: true }, /makeFolders and keep are for a folder/],
] as const) {
  test(`a rule with ${JSON.stringify(rule)} is refused`, (t) => {
    assert.throws(() => new TftpServer({ root: temporaryFolder(t), rules: [rule] }), message);
  });
}
