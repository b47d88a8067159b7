/** Sockets, timers and clock of the board's server class, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_PACKET_BYTES } from "lockstep-tftp/engine";
import { acknowledgement, Client, contentsOf, data, readRequest, SERVER_PORT, writeRequest } from "./client.js";
import { setTicks } from "./sdk/time.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { deliver, network } from "./sdk/udp.js";
import { FIRST_WAIT_MS, files, LONG_MS, start, storage, type TFTPServerOptions } from "./server-harness.js";

test("files of all sizes arrive whole, each from a separate port", () => {
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

test("with singlePort all messages leave from the listening port", () => {
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

test("a socket that throws when it is read is read again when the next datagram arrives", () => {
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

test("a lost block is repeated at its deadline, and at rest no timer is set", () => {
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

test("a datagram that cannot be sent is lost and repeated", () => {
  start();
  const client = new Client();
  network.canSend = false;
  client.ask(readRequest("1.bin"));
  network.canSend = true;
  advance(FIRST_WAIT_MS);
  assert.equal(client.take().length, 1);
});

test("a request gets no answer without a socket, and the next request gets the slot", () => {
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

test("a socket that throws when it is closed does not stop the server", () => {
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

test("a burst is read at once, most of a flood is dropped, and timers have their turn", () => {
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

test("no datagram throws out of the callback of a socket, and a proper client is served afterwards", () => {
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

test("an answer that waits in a socket is read before a timer lets its message be repeated", () => {
  start();
  const client = new Client();
  client.ask(readRequest("513.bin"));
  const { from } = client.takeOne();
  // The process was busy: the answer has arrived, but the socket's callback was not called before the timer fires.
  network.sockets.get(from)?.hold(client.arrival(acknowledgement(1)));
  advance(FIRST_WAIT_MS);
  const second = client.takeOne();
  assert.deepEqual([...second.bytes.subarray(0, 4)], [0, 3, 0, 2]);
});
