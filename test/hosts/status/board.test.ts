/** The built status page of a board, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { packetOf } from "lockstep-tftp/simulated";
import type * as ServerModule from "../../../dist/moddable/server.js";
import type * as StatusPageModule from "../../../dist/moddable/status-page.js";
import type * as StorageModule from "../../../dist/moddable/storage.js";
import { boardModule, resetBoard } from "../moddable/board.js";
import { Client } from "../moddable/client.js";
import { Directory } from "../moddable/sdk/files.js";
import { putIntoImage } from "../moddable/sdk/resource.js";
import Listener from "../moddable/sdk/tcp.js";
import { advance } from "../moddable/sdk/timer.js";
import UDP from "../moddable/sdk/udp.js";
import { siteCases } from "./cases.js";
import { askJson, type OpenSite, put, type SiteOptions } from "./site.js";
import { CONTENT, type Listing, type StatusData, until } from "./site-data.js";

const { default: TFTPServer } = await boardModule<typeof ServerModule>("server");
const { FileStorage } = await boardModule<typeof StorageModule>("storage");
const { default: StatusPage, TransferRecords } = await boardModule<typeof StatusPageModule>("status-page");

const PAGE = readFileSync("dist/status/status-page.html.gz");
/** Advances the virtual time of the board's timers together with real time. */
const TICK_MS = 10;
const ROOM_BYTES = 1e9;

interface BoardSiteOptions extends SiteOptions {
  readonly dhcp?: StatusPageModule.AddressSource;
}

async function openBoardSite(options: BoardSiteOptions): Promise<OpenSite & { writtenBytes(): number }> {
  const { files, write = "never", maxSizeBytes, ...pageOptions } = options;
  resetBoard();
  putIntoImage("status-page.html.gz", PAGE);
  const directory = new Directory();
  directory.folders.add("folder");
  directory.roomBytes = ROOM_BYTES;
  for (const [name, content] of Object.entries(files)) {
    directory.files.set(name, content);
  }
  const storage = new FileStorage({ directory, write });
  const records = new TransferRecords();
  const server = new TFTPServer({
    io: UDP as never,
    storage,
    records,
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
  });
  const page = new StatusPage({ server, records, storage, io: Listener as never, port: 0, ...pageOptions });
  const ticks = setInterval(() => advance(TICK_MS), TICK_MS);
  return {
    port: await Listener.listening,
    contents(name) {
      const content = directory.files.get(name);
      return content === undefined ? undefined : Buffer.from(content);
    },
    writtenBytes: () => ROOM_BYTES - directory.roomBytes,
    litter: () => [...directory.files.keys()].filter((name) => name.startsWith(".tftp-upload-")),
    async [Symbol.asyncDispose]() {
      page.close();
      server.close();
      clearInterval(ticks);
    },
  };
}

siteCases("a board", openBoardSite);

test("the status of a board has its refusals, and the missing files, with their bytes, until they are there", async () => {
  await using site = await openBoardSite({ files: { a: CONTENT }, write: "new" });
  const missing = async () => {
    const report = await askJson<StatusData>(site, "/api/status");
    return report.missing.map(({ name, address, count }) => `${count} ${name} ${address}`);
  };
  new Client().get("b");
  new Client("192.168.4.3").get("b");
  new Client().ask(packetOf(1, "T", Uint8Array.of(0xfc), "\0", "octet\0"));
  new Client().get("a");
  new Client().get("../a");
  assert.deepEqual(await missing(), ["1 T\udcfc 192.168.4.2", "2 b 192.168.4.3"]);
  const [refusal, ...others] = (await askJson<StatusData>(site, "/api/status")).refusals;
  assert.deepEqual(
    [refusal?.name, refusal?.code, refusal?.reason],
    ["../a", "not_a_file_name", "not a name for files"],
  );
  assert.deepEqual(others, []);
  await put(site, "b", CONTENT);
  assert.deepEqual(await missing(), ["1 T\udcfc 192.168.4.2"]);
  for (let count = 0; count < 30; count++) {
    new Client().get(`no ${count}`);
  }
  assert.equal((await missing()).length, 20);
});

test("a board shows any number of files in pages that fit its memory, and looks at five hundred", async () => {
  const files = Object.fromEntries(Array.from({ length: 420 }, (_, index) => [`${index}`.padStart(200, "x"), CONTENT]));
  await using site = await openBoardSite({ files });
  const names: string[] = [];
  for (let after = ""; ; ) {
    const listing = await askJson<Listing>(site, `/api/files?order=size&limit=1000${after}`);
    assert.deepEqual([listing.files.length, listing.total, listing.before], [20, 420, names.length]);
    names.push(...listing.files.map(({ name }) => name));
    if (listing.next === undefined) {
      break;
    }
    after = `&after=${encodeURIComponent(listing.next)}`;
  }
  assert.deepEqual(names, Object.keys(files).sort());
  const more = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`${index}`, CONTENT]));
  await using large = await openBoardSite({ files: more });
  const listing = await askJson<Listing>(large, "/api/files");
  assert.deepEqual([listing.files.length, listing.total, listing.isComplete], [50, 500, false]);
});

test("the page of a board shows the clients that have an address, as that of Node does", async () => {
  const client = {
    address: "192.168.4.100",
    hardwareAddress: "52-54-00-12-34-56",
    file: "image.bin",
    state: "silent" as const,
    askedFile: "",
    remainingSeconds: 60,
  };
  const dhcp = { isServing: true, otherServer: "", clients: [client] };
  const reported = async (options: BoardSiteOptions) => {
    await using site = await openBoardSite(options);
    return (await askJson<{ dhcp?: object }>(site, "/api/status")).dhcp;
  };
  assert.deepEqual(await reported({ files: {}, dhcp }), dhcp);
  assert.equal(await reported({ files: {} }), undefined);
});

function begin(t: TestContext, site: OpenSite, part: Uint8Array): Promise<string> {
  const head =
    "PUT /api/files/large HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: 900000000\r\n\r\n";
  const socket = connect(site.port, "127.0.0.1");
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  socket.write(Buffer.concat([Buffer.from(head), part]));
  return new Promise((resolve) => socket.once("data", (answer) => resolve(answer.toString("latin1", 0, 12))));
}

test("a vanished client holds the board's only upload for a minute at most, whatever size it announced", async (t) => {
  await using site = await openBoardSite({ files: {}, write: "new" });
  const answer = begin(t, site, CONTENT);
  await until(() => site.litter().length === 1);
  assert.equal((await put(site, "small", CONTENT)).status, 503);
  advance(60_000);
  assert.equal(await answer, "HTTP/1.1 408");
  assert.equal((await put(site, "small", CONTENT)).status, 201);
  assert.deepEqual(site.litter(), []);
});

test("an upload to a board goes on while it is fast enough, and ends when it no longer is", async (t) => {
  await using site = await openBoardSite({ files: {}, write: "new" });
  const part = new Uint8Array(200_000);
  const answer = begin(t, site, part);
  await until(() => site.writtenBytes() === part.length);
  advance(35_000);
  assert.equal((await put(site, "small", CONTENT)).status, 503);
  advance(30_000);
  assert.equal(await answer, "HTTP/1.1 408");
});
