/** Storages that answer later: the server keeps a request until the promise has settled. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FORBIDDEN, NOT_FOUND, refuse } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { eventsOf, MemoryFile, settle, start } from "./promised-files.js";

const CONTENT = seededBytes(1, 1300);
const FIRST_BLOCK = CONTENT.subarray(0, 512);
const SMALL = Buffer.from("small");

test("a file that a promise brings is downloaded, and one is uploaded", async (t) => {
  const { storage, port } = await start(t);
  const download = fetchFile("file", { port });
  const file = new MemoryFile(CONTENT);
  (await storage.asked(0)).answer(file);
  assert.deepEqual((await download).content, CONTENT);

  const upload = putFile("backup", CONTENT, { port });
  const written = new MemoryFile();
  const asked = await storage.asked(1);
  assert.deepEqual([asked.name, asked.isUpload], ["backup", true]);
  asked.answer(written);
  await upload;
  assert.deepEqual(Buffer.concat(written.received), CONTENT);
  assert.ok(written.isWhole);
  assert.deepEqual([file.closedCount, written.closedCount], [1, 1]);
});

test("a storage may answer some requests at once and others later", async (t) => {
  const storage = {
    openForReading: (name: string) =>
      name === "now" ? new MemoryFile(SMALL) : Promise.resolve(new MemoryFile(CONTENT)),
    openForWriting: () => FORBIDDEN,
  };
  const { port } = await serving(t, { storage });
  for (const _ of [1, 2]) {
    assert.deepEqual((await fetchFile("now", { port })).content, SMALL);
    assert.deepEqual((await fetchFile("later", { port })).content, CONTENT);
    await assert.rejects(putFile("now", SMALL, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  }
});

test("repeats of a client that waits reach neither the storage nor the engine", async (t) => {
  const { storage, port, peer, server, started } = await start(t);
  for (let times = 0; times < 3; times++) {
    await peer.read("/dir//file");
  }
  await settle(port);
  assert.deepEqual(
    storage.calls.map(({ name }) => name),
    ["dir/file"],
  );
  assert.equal(server.unansweredRequests, 0);
  storage.calls[0]?.answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  await peer.acknowledge(1);
  await settle(port);
  assert.deepEqual(started, ["dir/file"]);
});

test("a client that repeats its request without options gets no OACK", async (t) => {
  const { storage, port, peer } = await start(t);
  await peer.read("file", ["tsize", "0"]);
  await peer.read("file");
  await settle(port);
  storage.calls[0]?.answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  await peer.acknowledge(1);
});

test("a request for another name from the same port takes the place of the first, whose file is closed", async (t) => {
  const { storage, port, peer } = await start(t);
  await peer.read("first");
  await peer.read("second");
  await settle(port);
  const abandoned = new MemoryFile(CONTENT);
  storage.calls[0]?.answer(abandoned);
  storage.calls[1]?.answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  await peer.acknowledge(1);
  assert.equal(abandoned.closedCount, 1);
});

test("a rejection is an ERROR by its code, and an error event with its cause", async (t) => {
  const { storage, peer, errors, refused } = await start(t);
  const missing = Object.assign(new Error("no such row"), { code: "ENOENT" });
  const gone = new Error("the database is gone");
  for (const [index, [cause, code]] of (
    [
      [missing, ERROR_FILE_NOT_FOUND],
      [gone, ERROR_NOT_DEFINED],
    ] as const
  ).entries()) {
    await peer.read("file");
    (await storage.asked(index)).fail(cause);
    await peer.expectError(code);
  }
  assert.deepEqual(
    errors.map(({ message, cause }) => [message, cause]),
    [
      ["The storage failed: no such row", missing],
      ["The storage failed: the database is gone", gone],
    ],
  );
  assert.deepEqual(
    refused.map(({ reason }) => reason.text),
    ["failed: no such row", "failed: the database is gone"],
  );
});

for (const [title, value, text] of [
  ["nothing", undefined, "undefined"],
  ["a number that is no refusal", 5, "5"],
  ["a text", "content", "content"],
] as const) {
  test(`a promise that brings ${title} is an error that says so`, async (t) => {
    const { storage, peer, errors } = await start(t);
    await peer.read("file");
    (await storage.asked(0)).answer(value as never);
    await peer.expectError(ERROR_NOT_DEFINED);
    assert.deepEqual(
      errors.map(({ message }) => message),
      [`The storage failed: the promise of openForReading brought ${text}; it must bring a file or a refusal`],
    );
  });
}

test("each of several late refusals keeps its own reason", async (t) => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const load = async (name: string): Promise<number> => {
    calls++;
    await released;
    return refuse(NOT_FOUND, `no phone ${name}`);
  };
  const storage = {
    // The first one comes through more promises than the second.
    openForReading: async (name: string) => (name === "a" ? await (async () => await load(name))() : load(name)),
    openForWriting: () => FORBIDDEN,
  };
  const { server, port } = await serving(t, { storage });
  const { refused } = eventsOf(server);
  const requests = ["a", "b", "c"].map((name) =>
    assert.rejects(fetchFile(name, { port }), { errorCode: ERROR_FILE_NOT_FOUND }),
  );
  while (calls < requests.length) {
    await new Promise(setImmediate);
  }
  release();
  await Promise.all(requests);
  assert.deepEqual(refused.map(({ name, reason }) => [name, reason.text]).sort(), [
    ["a", "no phone a"],
    ["b", "no phone b"],
    ["c", "no phone c"],
  ]);
});

test("rules ask a storage that answers later for one name after the other, and each once", async (t) => {
  const rules = [
    { match: "sep*", direction: "get", to: "phones/{1}" },
    { match: "sep*", direction: "get", to: "all" },
    { match: "sw-*", direction: "put", to: "backups/{1}" },
  ] as const;
  const { storage, peer, server } = await start(t, { rules });
  const renamed: string[] = [];
  server.on("renamed", ({ name, foundName }) => renamed.push(`${name} -> ${foundName}`));
  await peer.read("sep1");
  (await storage.asked(0)).answer(NOT_FOUND);
  (await storage.asked(1)).answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  await peer.acknowledge(1);
  await peer.write("sw-7");
  (await storage.asked(2)).answer(new MemoryFile());
  await peer.expectAcknowledgement(0);
  assert.deepEqual(
    storage.calls.map(({ name }) => name),
    ["phones/1", "all", "backups/7"],
  );
  assert.deepEqual(renamed, ["sep1 -> all", "sw-7 -> backups/7"]);
});

test("rules make the same name of a request when its answer is there, whatever the time", async (t) => {
  const { storage, peer, server } = await start(t, { rules: [{ direction: "put", to: "{name}-{time}" }] });
  const renamed: string[] = [];
  server.on("renamed", ({ foundName }) => renamed.push(foundName));
  await peer.write("backup");
  const asked = await storage.asked(0);
  const second = new Date().getUTCSeconds();
  while (new Date().getUTCSeconds() === second) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  asked.answer(new MemoryFile());
  await peer.expectAcknowledgement(0);
  assert.deepEqual(renamed, [asked.name]);
  assert.equal(storage.calls.length, 1);
});

test("with a single port a request waits beside a running transfer", async (t) => {
  const { storage, port, peer } = await start(t, { singlePort: true });
  await peer.read("file");
  (await storage.asked(0)).answer(new MemoryFile(CONTENT));
  await peer.expectData(1, FIRST_BLOCK);
  const other = fetchFile("other", { port });
  const asked = await storage.asked(1);
  await peer.acknowledge(1);
  await peer.expectData(2, CONTENT.subarray(512, 1024));
  asked.answer(new MemoryFile(SMALL));
  assert.deepEqual((await other).content, SMALL);
  await peer.acknowledge(2);
  await peer.expectData(3, CONTENT.subarray(1024));
  await peer.acknowledge(3);
});
