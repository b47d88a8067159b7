/** The examples for firmware authors, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { askJson, type OpenSite } from "../status/site.js";
import type { Listing } from "../status/site-data.js";
import { consoleLines, resetBoard } from "./board.js";
import { Client, contentsOf, data } from "./client.js";
import { putIntoImage } from "./sdk/resource.js";
import { directory } from "./sdk/storage-files.js";
import Listener from "./sdk/tcp.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import { deliver, network, type SentMessage } from "./sdk/udp.js";

const EXAMPLES = path.resolve("examples/moddable");
/** The port in the configuration of the stand-ins. */
const PORT = 6969;

async function pageOfExample(): Promise<OpenSite> {
  return { port: await Listener.listening } as OpenSite;
}

/** Longer than a client waits for a network, and for an answer. */
const LONG_MS = 120_000;

after(() => Listener.last?.close());

beforeEach(() => {
  resetBoard();
  directory.files.clear();
});

function text(client: Client, name: string): string {
  const fetched = client.get(name);
  assert.ok(typeof fetched !== "number", `error ${fetched}`);
  return Buffer.from(fetched).toString();
}

test("the example simple serves the file of its image, and logs the transfer", async () => {
  const contents = readFileSync(path.join(EXAMPLES, "simple/hello.txt"));
  putIntoImage("hello.txt", contents);
  await import(path.join(EXAMPLES, "simple/main.js"));
  assert.equal(text(new Client("192.168.0.7", PORT), "hello.txt"), contents.toString());
  assert.deepEqual(consoleLines, [
    "192.168.0.7 asks for hello.txt",
    `192.168.0.7 has ${contents.length} bytes of hello.txt`,
  ]);
});

test("the example phones fills its template for each phone, and serves neither template nor table", async () => {
  for (const name of ["7911.xml", "phones.csv"]) {
    putIntoImage(name, readFileSync(path.join(EXAMPLES, "phones", name)));
  }
  await import(path.join(EXAMPLES, "phones/main.js"));
  const client = new Client("192.168.0.7", PORT);
  assert.match(text(client, "SEP001122AABBCC.cnf.xml"), /^<device><!-- 00-11-22-aa-bb-cc at 192\.168\.0\.7 -->/);
  assert.match(text(client, "SEP001122AABBDD.cnf.xml"), /<name>2002<\/name><label>Workshop<\/label>/);
  for (const name of ["7911.xml", "phones.csv", "SEP001122AABBCE.cnf.xml"]) {
    assert.equal(client.get(name), ERROR_FILE_NOT_FOUND, name);
  }
});

test("the example configurations makes a file for the phone that asks", async () => {
  await import(path.join(EXAMPLES, "configurations/main.js"));
  const name = "0004F2ABCDEF.cfg";
  assert.equal(text(new Client("192.168.0.7", PORT), name), "mac=0004f2abcdef\nextension=107\nserver=192.168.0.66\n");
  assert.match(text(new Client("192.168.0.21", PORT), name), /extension=121/);
  for (const wrong of ["0004f2abcdef", "0004f2abcde.cfg", "0004f2abcdeg.cfg", "readme.txt"]) {
    assert.equal(new Client("192.168.0.7", PORT).get(wrong), ERROR_FILE_NOT_FOUND, wrong);
  }
});

test("the example backups keeps the last backup of each switch, and lists them for the operator", async () => {
  putIntoImage("status-page.html.gz", readFileSync("dist/status/status-page.html.gz"));
  await import(path.join(EXAMPLES, "backups/main.js"));
  const one = new Client("192.168.0.20", PORT);
  const other = new Client("192.168.0.21", PORT);
  for (const length of [700, 1300]) {
    assert.equal(one.put("folder/running-config", contentsOf(length)), -1);
  }
  assert.equal(other.put("running-config", contentsOf(20)), -1);
  assert.deepEqual([...directory.files.keys()], ["192.168.0.20-running-config", "192.168.0.21-running-config"]);
  // A switch gets its own backup back, and none of another.
  assert.equal((one.get("running-config") as Uint8Array).length, 1300);
  assert.equal(other.get("192.168.0.20-running-config"), ERROR_FILE_NOT_FOUND);
  const operator = new Client("127.0.0.1", PORT);
  assert.equal((operator.get("192.168.0.20-running-config") as Uint8Array).length, 1300);
  assert.ok(consoleLines.includes("192.168.0.20 puts folder/running-config: completed"));
  const { files } = await askJson<Listing>(await pageOfExample(), "/api/files");
  assert.deepEqual(files, [
    { name: "192.168.0.20-running-config", sizeBytes: 1300, isRemovable: true },
    { name: "192.168.0.21-running-config", sizeBytes: 20, isRemovable: true },
  ]);
});

/** Starts the board of the example, as if it had just been switched on. */
function startFetching(start: string): Promise<unknown> {
  return import(path.join(EXAMPLES, `fetch-and-serve/main.js?${start}`));
}

function requestToServer(): SentMessage {
  assert.equal(network.sent.length, 1);
  const sent = network.sent.pop() as SentMessage;
  assert.deepEqual([sent.address, sent.port], ["192.168.0.10", 6970]);
  return sent;
}

test("the example fetch-and-serve waits for the network, fetches its configuration and serves it", async () => {
  network.isUp = false;
  await startFetching("first");
  advance(10_000);
  assert.equal(network.sent.length, 0);
  network.isUp = true;
  advance(1000);
  const configuration = JSON.stringify({ greeting: "Hello from the server." });
  const request = requestToServer();
  const answer = { address: "192.168.0.10", port: 7000, message: data(1, Buffer.from(configuration)) };
  deliver(request.from, answer);
  advance(1000);
  assert.deepEqual(consoleLines, ["board.json from 192.168.0.10: completed ", "Hello from the server."]);
  assert.equal(text(new Client("192.168.0.7", PORT), "board.json"), configuration);
});

for (const [name, content, greeting] of [
  ["the configuration of the last start", '{"greeting":"Hello again."}', "Hello again."],
  ["no configuration", undefined, "no configuration yet"],
  ["a configuration that is not JSON", "<html>", "no configuration yet"],
] as const) {
  test(`the example fetch-and-serve goes on without an answer, with ${name}`, async () => {
    if (content !== undefined) {
      directory.files.set("board.json", Buffer.from(content));
    }
    await startFetching(name);
    advance(LONG_MS);
    assert.equal(consoleLines[0], "board.json from 192.168.0.10: unanswered ");
    assert.equal(consoleLines.at(-1), greeting);
    const got = new Client("192.168.0.7", PORT).get("board.json");
    assert.deepEqual(got, content === undefined ? ERROR_FILE_NOT_FOUND : Buffer.from(content));
  });
}

test("the example fetch-and-serve serves when the network comes up late", async () => {
  network.isUp = false;
  directory.files.set("board.json", Buffer.from('{"greeting":"Hello at last."}'));
  await startFetching("late");
  advance(LONG_MS);
  network.isUp = true;
  advance(1000);
  assert.match(consoleLines[0] ?? "", /^No network in 60 s/);
  assert.equal(consoleLines.at(-1), "Hello at last.");
});

test("the example fetch-and-serve serves once, with what it has, when the file system is full", async (t) => {
  const { roomBytes } = directory;
  t.after(() => Object.assign(directory, { roomBytes }));
  directory.files.set("board.json", Buffer.from('{"greeting":"Hello as before."}'));
  directory.roomBytes = 0;
  await startFetching("full");
  advance(1);
  const message = data(1, Buffer.from('{"greeting":"Hello anew."}'));
  deliver(requestToServer().from, { address: "192.168.0.10", port: 7000, message });
  advance(LONG_MS);
  assert.equal(consoleLines[0], "LFS ERR -28");
  assert.equal(consoleLines.filter((line) => line === "Hello as before.").length, 1);
  assert.equal(scheduledTimers(), 0, "a second server waits for the port");
  assert.ok(new Client("192.168.0.7", PORT).get("board.json") instanceof Uint8Array);
});
