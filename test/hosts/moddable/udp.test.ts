/** The server class of a board on sockets that read into a buffer and have numbers for addresses. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Storage } from "lockstep-tftp/engine";
import type { default as TFTPServerClass, TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import { boardModule, consoleLines, resetBoard } from "./board.js";
import { Client, contentsOf, data, readRequest, SERVER_PORT, writeRequest } from "./client.js";
import { board } from "./sdk/board.js";
import { config } from "./sdk/config.js";
import { Directory } from "./sdk/files.js";
import { advance } from "./sdk/timer.js";
import { BufferUDP, deliver, network } from "./sdk/udp.js";

interface ServerModule {
  default: typeof TFTPServerClass;
}

interface StorageModule {
  FileStorage: new (options: { directory: Directory; write: string }) => Storage;
}

interface FirmwareModule {
  startFirmware(config: Record<string, unknown>, io: typeof BufferUDP, directory: Directory): void;
}

const { default: TFTPServer } = await boardModule<ServerModule>("server");
const { FileStorage } = await boardModule<StorageModule>("storage");
const { startFirmware } = await boardModule<FirmwareModule>("firmware");

const io = BufferUDP as unknown as TFTPServerOptions["io"];

let directory: Directory;

beforeEach(() => {
  resetBoard();
  BufferUDP.buffers.clear();
  directory = new Directory();
  for (const length of [0, 1, 511, 512, 513, 5000]) {
    directory.files.set(`${length}.bin`, contentsOf(length));
  }
});

function start(options: Partial<TFTPServerOptions> = {}): TFTPServerClass {
  return new TFTPServer({ io, storage: new FileStorage({ directory, write: "new" }), ...options });
}

test("files are fetched and put, and all datagrams are read into one buffer", () => {
  start();
  for (const [name, contents] of [...directory.files]) {
    assert.deepEqual(Buffer.from(new Client().get(name) as Uint8Array), Buffer.from(contents), name);
    assert.equal(new Client().put(`new-${name}`, contents), -1);
    assert.deepEqual(directory.files.get(`new-${name}`), contents);
  }
  assert.equal(BufferUDP.buffers.size, 1);
});

test("the blocks of an upload are written from one view", () => {
  const views = new Set<DataView>();
  class WatchedDirectory extends Directory {
    override openFile(options: { path: string; mode: "r" | "w" }) {
      const file = super.openFile(options);
      const write = file.write.bind(file);
      file.write = (source, position) => {
        views.add(source);
        write(source, position);
      };
      return file;
    }
  }
  start({ storage: new FileStorage({ directory: new WatchedDirectory(), write: "new" }) });
  assert.equal(new Client().put("a", contentsOf(5120)), -1);
  assert.equal(views.size, 1);
  assert.equal(new Client().put("b", contentsOf(5121)), -1);
  assert.equal(views.size, 2, "the last block, which is shorter, needs another view");
});

test("a datagram longer than the buffer does not disturb transfers", () => {
  start();
  const client = new Client();
  client.ask(writeRequest("new.bin"));
  const { from } = client.takeOne();
  client.send(from, data(1, contentsOf(600)), data(1, contentsOf(2000)));
  client.take();
  client.send(from, data(1, contentsOf(7)));
  client.take();
  assert.deepEqual(directory.files.get("new.bin") ?? new Uint8Array(0), new Uint8Array(0), "too long a block ends it");
  assert.equal(new Client().put("other.bin", contentsOf(7)), -1);
  assert.deepEqual(directory.files.get("other.bin"), contentsOf(7));
});

test("a burst longer than one turn is answered whole, in several turns", () => {
  start({ maxTransfers: 2000 });
  const clients = Array.from({ length: 200 }, () => new Client());
  deliver(SERVER_PORT, ...clients.map((client) => client.arrival(readRequest("1.bin"))));
  const newlyAnswered = () => clients.filter((client) => client.take().length > 0).length;
  assert.equal(newlyAnswered(), 64);
  advance(0);
  assert.equal(newlyAnswered(), 136);
});

test("droppedDatagrams adds up all sockets, those of ended transfers included", () => {
  const server = start();
  const drop = (port: number, count: number) => {
    (network.sockets.get(port) as BufferUDP).droppedDatagrams += count;
  };
  assert.equal(server.droppedDatagrams, 0);
  drop(SERVER_PORT, 2);
  for (const count of [30, 500]) {
    const client = new Client();
    client.ask(readRequest("1.bin"));
    const { from } = client.takeOne();
    drop(from, count);
    client.send(from, Buffer.from([0, 4, 0, 1]));
    assert.equal(network.sockets.has(from), false);
  }
  assert.equal(server.droppedDatagrams, 532);
  const client = new Client();
  client.ask(readRequest("1.bin"));
  drop(client.takeOne().from, 1000);
  assert.equal(server.droppedDatagrams, 1532);
});

test("only the listening port ignores broadcasts, unless they are to be answered, and they are counted", () => {
  const server = start();
  const listener = network.sockets.get(SERVER_PORT) as BufferUDP;
  assert.equal(listener.unicastOnly, true);
  const client = new Client();
  client.ask(readRequest("513.bin"));
  assert.equal((network.sockets.get(client.takeOne().from) as BufferUDP).unicastOnly, false);
  assert.equal(server.ignoredBroadcasts, 0);
  listener.ignoredDatagrams = 3;
  assert.equal(server.ignoredBroadcasts, 3);
  server.close();
  start({ answerBroadcast: true });
  assert.equal((network.sockets.get(SERVER_PORT) as BufferUDP).unicastOnly, false);
});

/** The window that a request for one of 16 blocks gets. */
function grantedWindow(): string | undefined {
  const client = new Client();
  client.ask(readRequest("5000.bin", "windowsize", "16"));
  return Buffer.from(client.takeOne().bytes).toString("latin1").split("\0").at(-2);
}

test("without an option a window is what the chip's driver has buffers for, and 16 in the simulator", () => {
  try {
    start();
    assert.equal(grantedWindow(), "16");
    resetBoard();
    config.lockstepTftpChip = { maxWindowSize: 4 };
    start();
    assert.equal(grantedWindow(), "4");
    resetBoard();
    start({ maxWindowSize: 6 });
    assert.equal(grantedWindow(), "6");
    resetBoard();
    board.freeMemoryBytes = 100_000;
    startFirmware({}, BufferUDP, directory);
    board.listener.up("192.168.0.66", undefined);
    assert.equal(grantedWindow(), "4");
  } finally {
    delete config.lockstepTftpChip;
  }
});

test("the firmware shows how many broadcasts it has ignored, if any, and answers them if it is told to", () => {
  board.freeMemoryBytes = 100_000;
  startFirmware({ answerBroadcast: "false" }, BufferUDP, directory);
  board.listener.up("192.168.0.66", undefined);
  advance(60_000);
  assert.doesNotMatch(consoleLines.at(-1) as string, /broadcast/);
  (network.sockets.get(SERVER_PORT) as BufferUDP).ignoredDatagrams = 2;
  advance(60_000);
  assert.match(consoleLines.at(-1) as string, /0 dropped, 2 by broadcast ignored, 100000 bytes free$/);
  resetBoard();
  startFirmware({ answerBroadcast: "true" }, BufferUDP, directory);
  board.listener.up("192.168.0.66", undefined);
  assert.equal((network.sockets.get(SERVER_PORT) as BufferUDP).unicastOnly, false);
});

test("the firmware answers its own network only, and shows addresses and dropped datagrams", () => {
  board.freeMemoryBytes = 100_000;
  startFirmware({}, BufferUDP, directory);
  board.listener.up("192.168.0.66", "255.255.255.128");
  assert.equal((new Client("192.168.0.127").get("1.bin") as Uint8Array).length, 1);
  const stranger = new Client("192.168.0.128");
  stranger.ask(readRequest("1.bin"));
  assert.equal(stranger.take().length, 0);
  (network.sockets.get(SERVER_PORT) as BufferUDP).droppedDatagrams = 7;
  advance(60_000);
  assert.match(consoleLines[1] as string, /^192\.168\.0\.127 gets "1\.bin": completed/);
  assert.match(consoleLines.at(-1) as string, /0 unanswered, 7 dropped, 100000 bytes free$/);
});
