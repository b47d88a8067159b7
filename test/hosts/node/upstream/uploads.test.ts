/** Uploads to an upstream. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_EXISTS } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { Place } from "../cli/configuration-place.js";
import { Origin, type Respond, servingFrom } from "./origin.js";

const CONTENT = seededBytes(1, 100_000);
const OTHER = seededBytes(2, 700);
const VARIABLE = "TEST_UPSTREAM_TOKEN";

/** Keeps what is put, as an object store does. */
class Store {
  readonly files = new Map<string, Buffer>();
  /** Whether `If-None-Match` of a PUT counts, as not all servers have it. */
  knowsConditions = true;

  readonly respond: Respond = async (request, response) => {
    const name = decodeURIComponent((request.url as string).slice(1));
    const found = this.files.get(name);
    if (request.method === "PUT") {
      const body = await buffer(request);
      const isKept = this.knowsConditions && request.headers["if-none-match"] === "*" && found !== undefined;
      if (!isKept) {
        this.files.set(name, body);
      }
      response.writeHead(isKept ? 412 : 201).end();
    } else {
      const headers = { "content-length": found?.length ?? 0 };
      response.writeHead(found === undefined ? 404 : 200, headers).end(request.method === "HEAD" ? undefined : found);
    }
  };
}

async function startStore(t: TestContext): Promise<{ origin: Origin; store: Store }> {
  const origin = await Origin.start(t);
  const store = new Store();
  origin.respond = store.respond;
  return { origin, store };
}

test("an upload goes to the upstream whole, with its length, and nothing of it stays in the cache", async (t) => {
  const { origin, store } = await startStore(t);
  const { port, cache, root } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  for (const [name, content] of [
    ["backup", CONTENT],
    ["folder/a backup", OTHER],
    ["empty", Buffer.alloc(0)],
    ["backup", OTHER],
  ] as const) {
    await putFile(name, content, { port });
    assert.deepEqual(store.files.get(name), content, name);
  }
  assert.deepEqual(
    origin.requests.map(({ method, url, headers }) => [method, url, headers["content-length"]]),
    [
      ["PUT", "/backup", "100000"],
      ["PUT", "/folder/a%20backup", "700"],
      ["PUT", "/empty", "0"],
      ["PUT", "/backup", "700"],
    ],
  );
  assert.equal(origin.requests[0]?.headers["transfer-encoding"], undefined);
  assert.deepEqual([readdirSync(cache), readdirSync(root)], [[], []]);
});

test("the last ACK comes when the upstream has the file, however often the client repeats its last block", async (t) => {
  const { origin, store } = await startStore(t);
  let answer = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    origin.respond = async (request, response) => {
      answer = () => void response.writeHead(201).end();
      store.files.set("backup", await buffer(request));
      resolve();
    };
  });
  const { port, server } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  let isDone = false;
  const put = putFile("backup", OTHER, { port, intervalMs: 20 }).then(() => {
    isDone = true;
  });
  await arrived;
  const repeated = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      server.visitRunning(({ duplicates }) => {
        if (duplicates >= 3) {
          clearInterval(look);
          resolve();
        }
      });
    }, 5);
  });
  await repeated;
  assert.equal(isDone, false);
  answer();
  await put;
  assert.deepEqual([store.files.get("backup"), origin.requests.length], [OTHER, 1]);
});

test("a file that the upstream has is not replaced by write = new, and the device learns it before it sends", async (t) => {
  const { origin, store } = await startStore(t);
  const { port, reasons } = await servingFrom(t, { url: origin.url, write: "new" });
  store.files.set("old", OTHER);
  await assert.rejects(putFile("old", CONTENT, { port }), { errorCode: ERROR_FILE_EXISTS });
  assert.deepEqual(store.files.get("old"), OTHER);
  assert.deepEqual(reasons, [{ code: "exists", text: `the file exists already: the upstream has ${origin.url}old` }]);
  await putFile("new", CONTENT, { port });
  assert.deepEqual(store.files.get("new"), CONTENT);
  assert.deepEqual(
    origin.requests.map(({ method, headers }) => [method, headers["if-none-match"]]),
    [
      ["HEAD", undefined],
      ["HEAD", undefined],
      ["PUT", "*"],
    ],
  );
});

test("a file that another client has put meanwhile is not replaced by write = new", async (t) => {
  const { origin, store } = await startStore(t);
  const { port, server } = await servingFrom(t, { url: origin.url, write: "new" });
  const reasons: (string | undefined)[] = [];
  server.on("ended", (_, { reason }) => reasons.push(reason?.code));
  server.once("started", () => store.files.set("file", OTHER));
  await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_FILE_EXISTS });
  assert.deepEqual([store.files.get("file"), reasons], [OTHER, ["exists"]]);
});

test("a store that hides which files it has still takes new ones", async (t) => {
  const { origin, store } = await startStore(t);
  origin.respond = (request, response) =>
    request.method === "HEAD" ? void response.writeHead(403).end() : store.respond(request, response);
  const { port } = await servingFrom(t, { url: origin.url, write: "new" });
  await putFile("file", OTHER, { port });
  assert.deepEqual(store.files.get("file"), OTHER);
});

test("without write uploads go to the folder, also where a rule has a URL", async (t) => {
  const { origin } = await startStore(t);
  const rules = [{ match: "sw-*", to: `${origin.url}backups/{1}` }];
  const { port, root } = await servingFrom(t, { url: origin.url }, { rules, write: "new" });
  await putFile("sw-1", OTHER, { port });
  assert.deepEqual(readFileSync(path.join(root, "sw-1")), OTHER);
  assert.deepEqual(origin.targets, []);
});

test("rules send uploads to a URL, to the folder, or nowhere, and the others go to the upstream", async (t) => {
  const { origin, store } = await startStore(t);
  const rules = [
    { match: "secret*", refuse: true },
    { match: "sw-*", direction: "put", to: `${origin.url}switches/{1}/{address}` },
    { match: "local/*", direction: "put", to: "{1}" },
  ] as const;
  const { port, root, server } = await servingFrom(
    t,
    { url: `${origin.url}all/`, write: "new" },
    { rules, write: "new" },
  );
  const renamed: string[] = [];
  server.on("renamed", ({ foundName }) => renamed.push(foundName));
  await putFile("sw-1", OTHER, { port });
  await putFile("local/file", OTHER, { port });
  await putFile("other", OTHER, { port });
  await assert.rejects(putFile("secret", OTHER, { port }));
  assert.deepEqual([...store.files.keys()], ["switches/1/127.0.0.1", "all/other"]);
  assert.deepEqual(readdirSync(root), ["file"]);
  assert.deepEqual(renamed, [`${origin.url}switches/1/127.0.0.1`, "file"]);
});

test("only rules with a URL send uploads to an upstream without one", async (t) => {
  const { origin, store } = await startStore(t);
  const rules = [{ match: "sw-*", to: `${origin.url}{1}` }];
  const { port, root } = await servingFrom(t, { write: "overwrite" }, { rules, write: "new" });
  await putFile("sw-1", OTHER, { port });
  await putFile("other", OTHER, { port });
  assert.deepEqual([[...store.files.keys()], readdirSync(root)], [["1"], ["other"]]);
  assert.deepEqual((await fetchFile("sw-1", { port })).content, OTHER);
});

test("a file that was uploaded is downloaded as it is now, although it was missing or older just before", async (t) => {
  const { origin } = await startStore(t);
  const { port } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  await assert.rejects(fetchFile("file", { port }));
  await putFile("file", CONTENT, { port });
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  await putFile("file", OTHER, { port });
  assert.deepEqual((await fetchFile("file", { port })).content, OTHER);
});

test("uploads have the headers and the client's address, and follow redirects that keep them uploads", async (t) => {
  process.env[VARIABLE] = "s3cret";
  t.after(() => delete process.env[VARIABLE]);
  const other = await startStore(t);
  const { origin } = await startStore(t);
  origin.respond = (request, response) => {
    request.resume();
    response.writeHead(307, { location: `${other.origin.url}${request.url?.slice(1)}` }).end();
  };
  const headers = { authorization: `Bearer $\{${VARIABLE}}` };
  const upstream = { url: origin.url, write: "overwrite", headers, tellClient: true } as const;
  const { port } = await servingFrom(t, { ...upstream, redirectsTo: [new URL(other.origin.url).origin] });
  await putFile("file", CONTENT, { port });
  assert.deepEqual(other.store.files.get("file"), CONTENT);
  assert.deepEqual(
    [...origin.requests, ...other.origin.requests].map((request) => [
      request.headers.authorization,
      request.headers["x-tftp-address"],
    ]),
    [
      ["Bearer s3cret", "127.0.0.1"],
      [undefined, "127.0.0.1"],
    ],
  );
});

test("no more uploads are sent at once than max-fetches", async (t) => {
  const { origin, store } = await startStore(t);
  let running = 0;
  let most = 0;
  origin.respond = async (request, response) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running--;
    await store.respond(request, response);
  };
  const { port } = await servingFrom(t, { url: origin.url, write: "overwrite", maxFetches: 2 });
  await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => putFile(name, OTHER, { port })));
  assert.deepEqual([store.files.size, most], [6, 2]);
});

test("a file of the folder is served although one was uploaded to the upstream", async (t) => {
  const { origin } = await startStore(t);
  const { port, root } = await servingFrom(t, { url: origin.url, write: "overwrite" });
  writeFileSync(path.join(root, "file"), OTHER);
  await putFile("file", CONTENT, { port });
  assert.deepEqual((await fetchFile("file", { port })).content, OTHER);
});

test("write-only goes with uploads to the upstream alone", async (t) => {
  const { origin, store } = await startStore(t);
  const place = new Place(t, [
    'root = "files"',
    "write-only = true",
    "[upstream]",
    `url = "${origin.url}"`,
    'cache = "cache"',
    "write = true",
  ]);
  const { port } = await place.start(t);
  await putFile("backup", OTHER, { port });
  assert.deepEqual(store.files.get("backup"), OTHER);
  await assert.rejects(fetchFile("backup", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
});
