/** Addresses are texts in the callbacks and storages of a board, whatever UDP module it has. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { NOT_FOUND, type Storage } from "lockstep-tftp/engine";
import type { default as TFTPClientClass, TFTPClientOptions } from "../../../dist/types/hosts/moddable/client.js";
import type { default as TFTPServerClass, TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import { boardModule, resetBoard } from "./board.js";
import { acknowledgement, Client, data, readRequest, writeRequest } from "./client.js";
import UDP, { BufferUDP, deliver, network } from "./sdk/udp.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");
const { default: TFTPClient } = await boardModule<{ default: typeof TFTPClientClass }>("client");

const CLIENT = "192.168.0.66";
const CLIENT_BITS = 0xc0a80042;
const OTHER = "255.255.255.254";
const SERVER = "10.0.0.1";

beforeEach(resetBoard);

/** Has each file, of one block, and shows with which address it is asked. */
class WatchedStorage implements Storage {
  readonly seen: unknown[] = [];

  openForReading(name: string, address: unknown) {
    this.seen.push(address);
    return name === "missing" ? NOT_FOUND : { sizeBytes: 1, read: () => 1, close() {} };
  }

  openForWriting(_name: string, _sizeBytes: number, address: unknown) {
    this.seen.push(address);
    return { write: () => 0, commit: () => 0, close() {} };
  }
}

for (const [kind, io] of [
  ["the SDK's", UDP],
  ["the project's own", BufferUDP],
] as const) {
  test(`a server's callbacks and storage get addresses as texts: ${kind} UDP`, () => {
    const seen: unknown[] = [];
    const storage = new WatchedStorage();
    const server: TFTPServerClass = new TFTPServer({
      io: io as unknown as TFTPServerOptions["io"],
      storage,
      onRequest: ({ address, addressBits }) => seen.push("request", address, addressBits) > 0,
      onStarted: ({ address, name }) => seen.push("started", address, name),
      onProgress: ({ address, blocks }) => seen.push("progress", address, blocks),
      onEnded: ({ address, bytes, isUpload }) => seen.push("ended", address, bytes, isUpload),
      onRefused: ({ address, name, isUpload }, code) => seen.push("refused", address, name, isUpload, code),
      records: {
        ended: ({ address }) => seen.push("record", address),
        refused: (name, _isUpload, _code, address) => seen.push("record", name, address),
      },
    });
    const client = new Client(CLIENT);
    client.ask(readRequest("a"));
    server.visitRunning(({ address, name }) => seen.push("running", address, name));
    client.send(client.takeOne().from, acknowledgement(1));
    assert.deepEqual(seen.splice(0), [
      ...["request", CLIENT, CLIENT_BITS, "started", CLIENT, "a", "running", CLIENT, "a"],
      ...["progress", CLIENT, 1, "record", CLIENT, "ended", CLIENT, 1, false],
    ]);
    const other = new Client(OTHER);
    other.ask(writeRequest("b"));
    other.send(other.takeOne().from, data(1, new Uint8Array(3)));
    new Client(OTHER).ask(readRequest("missing"));
    assert.deepEqual(seen, [
      ...["request", OTHER, 0xfffffffe, "started", OTHER, "b"],
      ...["progress", OTHER, 1, "record", OTHER, "ended", OTHER, 3, true],
      ...["request", OTHER, 0xfffffffe, "record", "missing", OTHER, "refused", OTHER, "missing", false, 1],
    ]);
    assert.deepEqual(storage.seen, [CLIENT, OTHER, OTHER]);
  });

  test(`a view that is kept shows the next transfer in its slot, and each running transfer has its own: ${kind} UDP`, () => {
    const views = new Set<{ address: string }>();
    const server: TFTPServerClass = new TFTPServer({
      io: io as unknown as TFTPServerOptions["io"],
      storage: new WatchedStorage(),
      onStarted: (transfer) => views.add(transfer),
    });
    const clients = [CLIENT, OTHER].map((address) => new Client(address));
    for (const client of clients) {
      client.ask(readRequest("a"));
    }
    assert.deepEqual(
      [...views].map(({ address }) => address),
      [CLIENT, OTHER],
    );
    const running: string[] = [];
    server.visitRunning(({ address }) => running.push(address));
    assert.deepEqual(running, [CLIENT, OTHER]);
    for (const client of clients) {
      client.send(client.takeOne().from, acknowledgement(1));
    }
    new Client("192.168.0.1").ask(readRequest("a"));
    assert.equal(views.size, 2);
    assert.ok([...views].some(({ address }) => address === "192.168.0.1"));
  });

  test(`a client's callbacks get its server's address as a text: ${kind} UDP`, () => {
    const seen: unknown[] = [];
    const client: TFTPClientClass = new TFTPClient({
      io: io as unknown as TFTPClientOptions["io"],
      onStarted: ({ address }) => seen.push("started", address),
      onProgress: ({ address }) => seen.push("progress", address),
      onEnded: ({ address, errorText, bytes }) => seen.push("ended", address, errorText, bytes),
    });
    client.get({ address: SERVER, name: "a" }, { write: () => 0, commit: () => 0, close() {} });
    const { from } = network.sent.at(-1) as (typeof network.sent)[number];
    deliver(from, { address: SERVER, port: 3000, message: data(1, new Uint8Array(2)) });
    assert.deepEqual(seen, ["started", SERVER, "progress", SERVER, "ended", SERVER, "", 2]);
  });
}
