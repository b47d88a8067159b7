/** Upstreams that do not take an upload: the device gets an ERROR, the owner of the server the reason, and nothing is left. */
import assert from "node:assert/strict";
import { once } from "node:events";
import fs, { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { UpstreamOptions } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_DISK_FULL, ERROR_FILE_EXISTS, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { type ErrorAnswer, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { Place } from "../cli/configuration-place.js";
import { Origin, type Respond, servingFrom, withStatus } from "./origin.js";

const CONTENT = seededBytes(1, 50_000);
const MAX_FILE_BYTES = 60_000;
const TIMEOUT_MS = 200;

async function startServer(t: TestContext, upstream: UpstreamOptions = {}) {
  const origin = await Origin.start(t);
  const place = await servingFrom(t, { url: origin.url, write: "overwrite", ...upstream });
  const ends: string[] = [];
  place.server.on("ended", (_, { outcomeName, reason }) =>
    ends.push(`${outcomeName}: ${reason?.code} ${reason?.text}`),
  );
  return { origin, ends, ...place };
}

const FAULTS: readonly [title: string, respond: Respond, code: number, reason: RegExp][] = [
  [
    "a status of 401",
    withStatus(401),
    ERROR_ACCESS_VIOLATION,
    /upstream_failed .*answered the upload with status 401$/,
  ],
  ["a status of 403", withStatus(403), ERROR_ACCESS_VIOLATION, /answered the upload with status 403$/],
  ["a status of 404", withStatus(404), ERROR_NOT_DEFINED, /answered the upload with status 404$/],
  ["a status of 409", withStatus(409), ERROR_NOT_DEFINED, /answered the upload with status 409$/],
  ["a status of 412", withStatus(412), ERROR_FILE_EXISTS, /exists the file exists already: the upstream has http/],
  ["a status of 413", withStatus(413), ERROR_DISK_FULL, /answered the upload with status 413$/],
  ["a status of 500", withStatus(500), ERROR_NOT_DEFINED, /answered the upload with status 500$/],
  ["a status of 507", withStatus(507), ERROR_DISK_FULL, /answered the upload with status 507$/],
  [
    "an early status of 413",
    (_, response) => void response.writeHead(413, { connection: "close" }).end(),
    ERROR_DISK_FULL,
    /answered the upload with status 413$/,
  ],
  [
    "a redirect that makes it a download",
    withStatus(303, { location: "/elsewhere" }),
    ERROR_NOT_DEFINED,
    /redirects an upload with status 303; only 307 and 308/,
  ],
  [
    "a redirect to another host",
    withStatus(307, { location: "http://169.254.169.254/latest" }),
    ERROR_NOT_DEFINED,
    /redirects to http:\/\/169\.254\.169\.254, which redirects-to/,
  ],
  [
    "a connection that is reset",
    (request) => request.once("data", () => request.socket.resetAndDestroy()),
    ERROR_NOT_DEFINED,
    /upstream_unreachable .*: the connection was lost/,
  ],
  [
    "an answer that is not HTTP",
    (_, response) => void response.socket?.end("SSH-2.0\r\n"),
    ERROR_NOT_DEFINED,
    /upstream_unreachable/,
  ],
];

for (const [title, respond, code, reason] of FAULTS) {
  test(`${title} is an ERROR to the device that uploads, with a reason`, async (t) => {
    const { origin, port, ends, errors, cache } = await startServer(t);
    origin.respond = respond;
    await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: code });
    assert.equal(ends.length, 1);
    assert.match(ends[0] as string, /^storage_failed: /);
    assert.match(ends[0] as string, reason);
    assert.deepEqual([readdirSync(cache), errors], [[], []]);
  });
}

for (const [title, respond] of [
  ["takes nothing", (request: Parameters<Respond>[0]) => void request.pause()],
  ["gives no answer", (request: Parameters<Respond>[0]) => void request.resume()],
] as const) {
  test(`an upstream that ${title} is an ERROR with a reason`, async (t) => {
    const { origin, port, ends, cache } = await startServer(t, { timeoutMs: TIMEOUT_MS });
    origin.respond = respond;
    await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.match(ends[0] as string, /took nothing and gave no answer for 0\.2 s$/);
    assert.deepEqual(readdirSync(cache), []);
  });
}

test("an upload that takes longer than clients wait is given up, with a reason that names the upstream", async (t) => {
  const { setTimeout: later } = globalThis;
  const MAX_PUT_MS = 19_000;
  t.mock.method(globalThis, "setTimeout", (call: () => void, delayMs: number) =>
    later(call, delayMs === MAX_PUT_MS ? 100 : delayMs),
  );
  const { origin, port, ends } = await startServer(t, { timeoutMs: 3_600_000 });
  origin.respond = () => {};
  await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.match(ends[0] as string, /upstream_failed .* did not take the file in 19 s$/);
});

/** A timer by the clock of a test. */
class Limit {
  private waitedMs = 0;

  constructor(
    private readonly call: () => void,
    private readonly delayMs: number,
  ) {}

  refresh(): void {
    this.waitedMs = 0;
  }

  pass(ms: number): void {
    this.waitedMs += ms;
    if (this.waitedMs >= this.delayMs) {
      this.call();
    }
  }
}

test("an upload that comes slowly from the disk and is answered late goes on while no part takes too long", async (t) => {
  const IDLE_MS = 1_234_567;
  const { setTimeout: later } = globalThis;
  const limits: Limit[] = [];
  t.mock.method(globalThis, "setTimeout", (call: () => void, delayMs: number) => {
    const limit = delayMs === IDLE_MS ? new Limit(call, delayMs) : undefined;
    limits.push(...(limit === undefined ? [] : [limit]));
    return limit ?? later(call, delayMs);
  });
  const pass = (): void => {
    for (const limit of limits) {
      limit.pass(0.6 * IDLE_MS);
    }
  };
  let parts = 0;
  let finish: () => void;
  const isRead = new Promise<void>((resolve) => {
    finish = resolve;
  });
  async function* slowly(stream: fs.ReadStream): AsyncGenerator<unknown> {
    for await (const part of stream) {
      pass();
      yield part;
      parts++;
    }
    pass();
    setImmediate(finish);
  }
  const { createReadStream } = fs;
  t.mock.method(fs, "createReadStream", (...words: Parameters<typeof createReadStream>) =>
    slowly(createReadStream(...words)),
  );
  const { origin, port, ends } = await startServer(t, { timeoutMs: IDLE_MS });
  origin.respond = async (request, response) => {
    request.resume();
    await isRead;
    pass();
    response.writeHead(201).end();
  };
  await putFile("file", seededBytes(3, 200_000), { port });
  assert.ok(parts > 2, `${parts} parts`);
  assert.deepEqual([limits.length, ends], [1, ["completed: undefined undefined"]]);
});

test("an upstream that is not there is an ERROR before the device sends, if files must not be replaced", async (t) => {
  const { origin, port, reasons } = await startServer(t, { write: "new" });
  await origin.stop();
  await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(reasons[0]?.code, "upstream_unreachable");
  for (const [upstream, respond, reason] of [
    [{}, (_, response) => void response.writeHead(503).end(), /answered the upload with status 503$/],
    [{ timeoutMs: TIMEOUT_MS }, () => {}, /gave no answer for 0\.2 s$/],
  ] as readonly [UpstreamOptions, Respond, RegExp][]) {
    const failing = await startServer(t, { write: "new", ...upstream });
    failing.origin.respond = respond;
    await assert.rejects(putFile("file", CONTENT, { port: failing.port }), { errorCode: ERROR_NOT_DEFINED });
    assert.match(failing.reasons[0]?.text as string, reason);
  }
});

test("a file that is too large for the upstream is ERROR 3, announced or not, and does not reach it", async (t) => {
  const { origin, port, reasons, ends, cache } = await startServer(t, { maxFileBytes: MAX_FILE_BYTES });
  const large = seededBytes(2, MAX_FILE_BYTES + 1);
  await assert.rejects(putFile("file", large, { port, options: { tsize: large.length } }), {
    errorCode: ERROR_DISK_FULL,
  });
  await assert.rejects(putFile("file", large, { port }), { errorCode: ERROR_DISK_FULL });
  assert.match(
    reasons[0]?.text as string,
    /is larger than 60000 bytes, the largest file of the upstream \(max-size\)$/,
  );
  assert.match(ends[0] as string, /is larger than 60000 bytes/);
  assert.deepEqual([origin.requests, readdirSync(cache)], [[], []]);
});

// Shorter than the 19 s after which the upload would end by itself.
test("a device that gives up ends the upload, and leaves nothing", { timeout: 15_000 }, async (t) => {
  const { origin, port, server, cache } = await startServer(t, { timeoutMs: 3_600_000 });
  const arrived = new Promise<Parameters<Respond>>((resolve) => {
    origin.respond = (...exchange) => resolve(exchange);
  });
  const vanishing = new AbortController();
  const put = putFile("file", CONTENT, { port, signal: vanishing.signal }).catch(() => {});
  const [, response] = await arrived;
  vanishing.abort();
  await put;
  const closed = once(response, "close");
  await server.close();
  await closed;
  assert.deepEqual(readdirSync(cache), []);
});

test("a server that is closed lets an upload finish in its grace time, and ends it otherwise", async (t) => {
  for (const graceMs of [3_600_000, 0]) {
    const { origin, port, server, cache } = await startServer(t);
    const arrived = new Promise<Parameters<Respond>>((resolve) => {
      origin.respond = (...exchange) => resolve(exchange);
    });
    const put = putFile("file", CONTENT, { port }).then(
      () => "whole",
      (error: unknown) => (error as ErrorAnswer).errorCode,
    );
    const [request, response] = await arrived;
    const closed = once(response, "close");
    const closing = server.close({ graceMs });
    if (graceMs > 0) {
      request.resume().once("end", () => void response.writeHead(201).end());
    }
    assert.equal(await put, graceMs > 0 ? "whole" : ERROR_NOT_DEFINED);
    await Promise.all([closing, closed]);
    assert.deepEqual(readdirSync(cache), []);
  }
});

test("what a killed server had staged is removed at the next start", async (t) => {
  const origin = await Origin.start(t);
  const isStalled = new Promise<void>((resolve) => {
    origin.respond = ({ method }, response) => (method === "HEAD" ? void response.writeHead(404).end() : resolve());
  });
  const settings = [`url = "${origin.url}"`, 'cache = "cache"', "write = true"];
  const place = new Place(t, ['root = "files"', "[upstream]", ...settings]);
  const server = await place.start(t);
  const vanishing = new AbortController();
  const put = putFile("file", CONTENT, { port: server.port, signal: vanishing.signal }).catch(() => {});
  await isStalled;
  await server.kill();
  vanishing.abort();
  await put;
  const cache = `${place.folder}/cache`;
  assert.equal(readdirSync(cache).length, 1);
  const next = await place.start(t);
  assert.deepEqual(readdirSync(cache), []);
  await next.kill();
});

test("a policy that is none is an error that names it", async (t) => {
  await assert.rejects(
    servingFrom(t, { url: "http://files/", write: "always" as never }),
    /write is always; it must be/,
  );
});
