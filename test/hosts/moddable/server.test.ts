/** The server class of a board, as the build has made it, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  type Address,
  ERROR_DISK_FULL,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  FAILED,
  MAX_PACKET_BYTES,
  NOT_FOUND,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
  type ReadableFile,
  type Storage,
} from "lockstep-tftp/engine";
import type { default as TFTPServerClass, TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import { boardModule, resetBoard } from "./board.js";
import {
  acknowledgement,
  Client,
  contentsOf,
  data,
  errorCode,
  readRequest,
  SERVER_PORT,
  writeRequest,
} from "./client.js";
import { breakOnce, setTicks } from "./sdk/time.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { deliver, network } from "./sdk/udp.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");

/** How long the server waits before it sends a first block again. */
const FIRST_WAIT_MS = 300;
/** Longer than a transfer lives without a peer, and longer than a finished upload lingers. */
const LONG_MS = 60_000;

const files = new Map<string, Uint8Array>();

/** Files in memory. Uploads are refused. */
const storage: Storage = {
  openForReading(name) {
    const contents = files.get(name);
    return contents === undefined ? NOT_FOUND : fileOf(contents);
  },
  openForWriting: () => FAILED,
};

function fileOf(contents: Uint8Array): ReadableFile {
  return {
    sizeBytes: contents.length,
    read(target, position) {
      const part = contents.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close() {},
  };
}

function start(options: Partial<TFTPServerOptions> = {}): TFTPServerClass {
  return new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage, ...options });
}

beforeEach(() => {
  resetBoard();
  files.clear();
  for (const length of [0, 1, 511, 512, 513, 5000]) {
    files.set(`${length}.bin`, contentsOf(length));
  }
});

test("files of all sizes arrive whole, each from a port of its own", () => {
  const server = start();
  for (const [name, contents] of files) {
    assert.deepEqual(Buffer.from(new Client().get(name) as Uint8Array), Buffer.from(contents), name);
  }
  const [one, other] = [new Client(), new Client()];
  one.ask(readRequest("5000.bin"));
  other.ask(readRequest("5000.bin"));
  const ports = new Set([one.takeOne().from, other.takeOne().from, SERVER_PORT]);
  assert.equal(ports.size, 3);
  assert.equal(server.running, 2);
});

test("with singlePort everything is sent from the listening port", () => {
  start({ singlePort: true });
  const client = new Client();
  client.ask(readRequest("5000.bin"));
  assert.equal(client.takeOne().from, SERVER_PORT);
  assert.equal(network.sockets.size, 1);
  assert.deepEqual(Buffer.from(new Client().get("513.bin") as Uint8Array), Buffer.from(contentsOf(513)));
});

test("the sockets of finished transfers are closed", () => {
  start();
  new Client().get("5000.bin");
  assert.deepEqual([...network.sockets.keys()], [SERVER_PORT]);
});

test("messages are sent from the engine's own buffer, and full blocks and acknowledgements need no new view", () => {
  const upload = { write: () => 0, commit: () => 0, close() {} };
  start({ storage: { ...storage, openForWriting: () => upload } });
  const blocks = new Set<Uint8Array>();
  const acknowledgements = new Set<Uint8Array>();
  for (let round = 0; round < 3; round++) {
    const [one, other] = [new Client(), new Client()];
    one.ask(readRequest("5000.bin"));
    blocks.add(one.takeOne().view);
    other.ask(writeRequest("new.bin"));
    acknowledgements.add(other.takeOne().view);
    // A message of another length in between.
    new Client().get("missing");
  }
  assert.equal(blocks.size, 1);
  assert.equal(acknowledgements.size, 1);
  const [block] = blocks;
  const [short] = acknowledgements;
  assert.equal(block?.length, MAX_PACKET_BYTES);
  assert.equal(short?.buffer, block?.buffer);
});

test("a socket that throws when it is read ends nothing, and is read when the next datagram comes", () => {
  let throws = true;
  class BrokenUDP extends UDP {
    override read() {
      if (throws) {
        throws = false;
        throw new Error("out of luck");
      }
      return super.read();
    }
  }
  const errors: unknown[] = [];
  start({ io: BrokenUDP as unknown as TFTPServerOptions["io"], onError: (error) => errors.push(error) });
  const client = new Client();
  client.ask(readRequest("1.bin"));
  assert.equal(errors.length, 1);
  const other = new Client();
  other.ask(readRequest("1.bin"));
  assert.deepEqual([client.take().length, other.take().length], [1, 1]);
});

test("a lost block is sent again when its time has come, and at rest no timer is set", () => {
  start();
  assert.equal(scheduledTimers(), 0);
  const client = new Client();
  client.ask(readRequest("513.bin"));
  const first = client.takeOne();
  assert.equal(scheduledTimers(), 1);
  advance(FIRST_WAIT_MS - 1);
  assert.equal(client.take().length, 0);
  advance(1);
  assert.deepEqual(client.takeOne().bytes, first.bytes);
  client.send(first.from, acknowledgement(1));
  client.send(first.from, acknowledgement(2));
  advance(LONG_MS);
  assert.equal(scheduledTimers(), 0);
});

test("the board's count of milliseconds may wrap during a transfer", () => {
  setTicks(0x7fffffff);
  start();
  const client = new Client();
  client.ask(readRequest("513.bin"));
  client.take();
  advance(FIRST_WAIT_MS);
  assert.equal(client.take().length, 1, "the block is repeated after a second");
  advance(25_000);
  assert.equal(network.sockets.size, 1, "and given up in time");
});

test("a datagram that cannot be sent is lost, and nothing more", () => {
  start();
  const client = new Client();
  network.canSend = false;
  client.ask(readRequest("1.bin"));
  network.canSend = true;
  advance(FIRST_WAIT_MS);
  assert.equal(client.take().length, 1);
});

test("a request for which there is no socket gets no answer, and the next one has the slot", () => {
  const errors: unknown[] = [];
  const server = start({ maxTransfers: 1, onError: (error) => errors.push(error) });
  network.maxSockets = 1;
  const client = new Client();
  client.ask(readRequest("1.bin"));
  assert.equal(client.take().length, 0);
  assert.equal(server.running, 0);
  assert.equal(errors.length, 1);
  network.maxSockets = 2;
  assert.deepEqual(Buffer.from(new Client().get("1.bin") as Uint8Array), Buffer.from(contentsOf(1)));
});

test("without a network the constructor throws, and leaves nothing", () => {
  network.isUp = false;
  assert.throws(() => start(), /no network/);
  network.isUp = true;
  assert.throws(() => start({ maxTransfers: 0 }), RangeError);
  assert.throws(() => start({ port: 65_536 }), /port is 65536/);
  assert.equal(network.sockets.size, 0);
  start();
  assert.equal(network.sockets.size, 1);
});

test("whatever throws in the server itself leaves neither a socket's callback nor a timer's", () => {
  const errors: unknown[] = [];
  start({ onError: (error) => errors.push(error) });
  const client = new Client();
  const other = new Client();
  breakOnce();
  deliver(SERVER_PORT, client.arrival(readRequest("1.bin")), other.arrival(readRequest("1.bin")));
  assert.equal(errors.length, 1);
  assert.equal(other.take().length, 1, "what came with it is answered");
  client.ask(readRequest("1.bin"));
  assert.equal(client.take().length, 1);
  breakOnce();
  advance(FIRST_WAIT_MS);
  assert.equal(errors.length, 2);
  assert.equal(client.take().length, 1, "the block is repeated all the same");
});

test("a socket that throws when it is closed harms nothing", () => {
  class BrokenUDP extends UDP {
    override close() {
      super.close();
      throw new Error("out of luck");
    }
  }
  const errors: unknown[] = [];
  const io = BrokenUDP as unknown as TFTPServerOptions["io"];
  const server = start({ io, maxTransfers: 1, onError: (error) => errors.push(error) });
  new Client().get("1.bin");
  assert.deepEqual(Buffer.from(new Client().get("1.bin") as Uint8Array), Buffer.from(contentsOf(1)));
  server.close();
  assert.equal(errors.length, 3);
});

test("a burst is taken at once, of a flood the most is dropped, and the timers have their turn", () => {
  const server = start({ maxTransfers: 2000 });
  const burst = (count: number) => {
    const clients = Array.from({ length: count }, () => new Client());
    deliver(SERVER_PORT, ...clients.map((client) => client.arrival(readRequest("1.bin"))));
    return () => clients.filter((client) => client.take().length > 0).length;
  };
  assert.equal(burst(64)(), 64);
  const newlyAnswered = burst(1000);
  const socket = network.sockets.get(SERVER_PORT) as UDP;
  assert.equal(newlyAnswered(), 64);
  assert.equal(socket.waiting, 1000 - 64 - 512);
  advance(0);
  assert.equal(newlyAnswered(), 64);
  assert.equal(socket.waiting, 0);
  assert.equal(server.droppedDatagrams, 1000 - 2 * 64);
});

test("callbacks have the server as this, and its target", () => {
  const seen: unknown[] = [];
  const target = { mine: true };
  const server = start({
    target,
    onStarted(transfer) {
      seen.push(["started", this.target, transfer.name]);
    },
    onProgress(transfer) {
      seen.push(["progress", this.target, transfer.blocks]);
    },
    onEnded(transfer, outcome, durationMs) {
      seen.push(["ended", this.target, transfer.bytes, outcome, durationMs]);
    },
    onRefused(name, isUpload, code, address) {
      seen.push(["refused", this.target, name, isUpload, code, address]);
    },
  });
  assert.equal(server.target, target);
  const client = new Client();
  client.ask(readRequest("511.bin"));
  const { from } = client.takeOne();
  advance(70);
  client.send(from, acknowledgement(1));
  new Client("192.168.4.3").get("missing");
  assert.deepEqual(seen, [
    ["started", target, "511.bin"],
    ["progress", target, 1],
    ["ended", target, 511, OUTCOME_COMPLETED, 70],
    ["refused", target, "missing", false, ERROR_FILE_NOT_FOUND, "192.168.4.3"],
  ]);
});

test("what callbacks throw is told to onError, and harms nothing", () => {
  const errors: unknown[] = [];
  const fail = () => {
    throw new Error("mine");
  };
  start({
    onStarted: fail,
    onProgress: fail,
    onEnded: fail,
    onRefused: fail,
    onError(error) {
      errors.push(error);
      fail();
    },
  });
  assert.deepEqual(Buffer.from(new Client().get("513.bin") as Uint8Array), Buffer.from(contentsOf(513)));
  assert.equal(new Client().get("missing"), ERROR_FILE_NOT_FOUND);
  assert.equal(errors.length, 5);
});

test("what the storage throws becomes an ERROR, and frees the slot", () => {
  const fail = () => {
    throw new Error("mine");
  };
  const file = { sizeBytes: 5000, read: fail, close: fail };
  const upload = { write: fail, commit: fail, close: fail };
  const late = { write: () => 0, commit: fail, close: fail };
  const server = start({
    maxTransfers: 1,
    storage: {
      openForReading: (name) => (name === "opens" ? file : fail()),
      openForWriting: (name) => (name === "opens" ? upload : name === "ends" ? late : fail()),
    },
  });
  assert.equal(new Client().get("never"), ERROR_NOT_DEFINED);
  assert.equal(new Client().get("opens"), ERROR_NOT_DEFINED);
  assert.equal(new Client().put("never", contentsOf(1)), ERROR_NOT_DEFINED);
  assert.equal(new Client().put("opens", contentsOf(1)), ERROR_DISK_FULL);
  assert.equal(new Client().put("ends", contentsOf(1)), ERROR_NOT_DEFINED);
  assert.equal(server.running, 0);
});

test("onRequest leaves requests without an answer while running transfers go on", () => {
  let isWelcome = true;
  const asked: Address[] = [];
  start({
    onRequest(address) {
      asked.push(address);
      return isWelcome;
    },
  });
  const client = new Client();
  client.ask(readRequest("513.bin"));
  const { from } = client.takeOne();
  isWelcome = false;
  const late = new Client("192.168.4.9");
  late.ask(readRequest("1.bin"));
  late.ask(acknowledgement(1));
  assert.equal(late.take().length, 0);
  // Only where requests arrive are they asked for.
  client.send(from, readRequest("1.bin"));
  client.send(from, acknowledgement(1));
  assert.equal(client.takeOne().bytes.length, 4 + 1);
  assert.deepEqual(asked, ["192.168.4.2", "192.168.4.9"]);
});

test("a request is not answered when onRequest throws", () => {
  const errors: unknown[] = [];
  start({
    onRequest() {
      throw new Error("mine");
    },
    onError: (error) => errors.push(error),
  });
  const client = new Client();
  client.ask(readRequest("1.bin"));
  assert.equal(client.take().length, 0);
  assert.equal(errors.length, 1);
});

test("close tells the clients, closes the sockets and stops the timer", () => {
  const outcomes: number[] = [];
  const server = start({ onEnded: (_, outcome) => outcomes.push(outcome) });
  const client = new Client();
  client.ask(readRequest("5000.bin"));
  client.take();
  server.close();
  server.close();
  assert.equal(errorCode(client.takeOne()), ERROR_NOT_DEFINED);
  assert.deepEqual(outcomes, [OUTCOME_STOPPED]);
  assert.equal(network.sockets.size, 0);
  assert.equal(scheduledTimers(), 0);
});

test("a callback may close the server in the middle of a transfer", () => {
  const server = start({
    onProgress() {
      this.close();
    },
  });
  const client = new Client();
  client.ask(readRequest("5000.bin"));
  const { from } = client.takeOne();
  client.send(from, acknowledgement(1), acknowledgement(2));
  assert.equal(network.sockets.size, 0);
  assert.equal(server.running, 0);
  assert.equal(errorCode(client.take().at(-1) as never), ERROR_NOT_DEFINED);
});

test("nothing that arrives throws out of a socket's callback, and a good client is served afterwards", () => {
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  start();
  const client = new Client();
  for (let round = 0; round < 20_000; round++) {
    const ports = [...network.sockets.keys()];
    const message = Uint8Array.from({ length: random(24) }, () => random(256));
    if (message.length > 1) {
      message[0] = random(10) === 0 ? random(256) : 0;
      message[1] = random(8);
    }
    const starts = [readRequest("5000.bin"), writeRequest("x"), acknowledgement(random(4)), data(1, message), message];
    const chosen = starts[random(starts.length)] as Uint8Array;
    deliver(ports[random(ports.length)] as number, { ...client.arrival(chosen), port: random(3) + 1 });
    if (random(50) === 0) {
      advance(random(3000));
    }
  }
  network.sent = [];
  advance(LONG_MS);
  assert.deepEqual(Buffer.from(client.get("5000.bin") as Uint8Array), Buffer.from(contentsOf(5000)));
});
