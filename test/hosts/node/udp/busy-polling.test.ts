/** The server looks for the next packet as long as that pays, and not much longer. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { type TestContext, test } from "node:test";
import type { TftpServerOptions } from "lockstep-tftp";
import type { Storage } from "lockstep-tftp/engine";
import { setHostClock } from "../../../support/host-clock.js";
import { serving } from "../../../support/serving.js";

const ENDLESS: Storage = {
  openForReading: () => ({ sizeBytes: -1, read: () => 512, close: () => {} }),
  openForWriting: () => -1,
};
const PEER = { address: "127.0.0.1", family: "IPv4", port: 50_000, size: 0 } as const;
const REQUEST = Buffer.from("\0\x01endless\0octet\0");

/** A server with a transfer in lock-step, and an event loop and a clock that move only when told to. */
class SteppedLoop {
  private due: (() => void)[] = [];
  private timeMs = 0;
  private block = 0;

  private constructor(
    private readonly socket: dgram.Socket,
    { mock }: TestContext,
  ) {
    mock.method(globalThis, "setImmediate", (callback: () => void) => this.due.push(callback));
    setHostClock(mock, () => this.timeMs);
    mock.method(socket, "send", () => {});
    this.receive(REQUEST);
    this.turn(1000);
  }

  static async start(t: TestContext, options: TftpServerOptions = {}): Promise<SteppedLoop> {
    const { createSocket } = dgram;
    const sockets: dgram.Socket[] = [];
    t.mock.method(dgram, "createSocket", (socketOptions: dgram.SocketOptions) => {
      const socket = createSocket(socketOptions);
      sockets.push(socket);
      return socket;
    });
    await serving(t, { storage: ENDLESS, singlePort: true, busyPolling: true, ...options });
    return new SteppedLoop(sockets[0] as dgram.Socket, t);
  }

  get isLooking(): boolean {
    return this.due.length > 0;
  }

  /** Turns the event loop; each turn takes a microsecond. */
  turn(times: number): void {
    for (let turn = 0; turn < times; turn++) {
      this.timeMs += 0.001;
      for (const callback of this.due.splice(0)) {
        callback();
      }
    }
  }

  /** Delivers packets, with turns after each. @returns the number of packets that the server was looking for. */
  packets(count: number, turnsAfter: number): number {
    let lookedFor = 0;
    for (let packet = 0; packet < count; packet++) {
      lookedFor += this.isLooking ? 1 : 0;
      this.block++;
      this.receive(Buffer.from([0, 4, (this.block >> 8) & 0xff, this.block & 0xff]));
      this.turn(turnsAfter);
    }
    return lookedFor;
  }

  private receive(message: Buffer): void {
    this.socket.emit("message", message, PEER);
  }
}

test("the server keeps looking while packets arrive as it looks", async (t) => {
  const loop = await SteppedLoop.start(t);
  assert.equal(loop.packets(50_000, 5), 49_999);
});

test("the server looks for 50 microseconds after the last packet, and then no more", async (t) => {
  const loop = await SteppedLoop.start(t);
  loop.packets(100, 5);
  loop.turn(44);
  assert.ok(loop.isLooking);
  loop.turn(3);
  assert.ok(!loop.isLooking);
});

test("the server pauses after eight looks that find nothing, each time for longer", async (t) => {
  const loop = await SteppedLoop.start(t);
  const looked = Array.from({ length: 30_000 }, () => {
    loop.packets(1, 0);
    const { isLooking } = loop;
    loop.turn(100);
    return isLooking ? "l" : ".";
  });
  // The request was the first look.
  const runs = (looked.join("").match(/l+|\.+/g) ?? []).map((run) => run.length);
  assert.deepEqual(runs.slice(0, 12), [7, 512, 8, 1024, 8, 2048, 8, 4096, 8, 8192, 8, 8192]);
});

test("the server stops looking when packets are there without a wait", async (t) => {
  const loop = await SteppedLoop.start(t);
  assert.ok(loop.packets(100_000, 1) < 2000);
});

test("the server looks again when packets are waited for", async (t) => {
  const loop = await SteppedLoop.start(t);
  loop.packets(100_000, 1);
  loop.packets(10_000, 5);
  assert.equal(loop.packets(1000, 5), 1000);
  loop.packets(200, 1);
  assert.ok(!loop.isLooking);
  assert.ok(loop.packets(600, 1) > 0, "the next pause is short again");
});

test("the server keeps looking when it waits for one packet in seven, but not for one in ten", async (t) => {
  const loop = await SteppedLoop.start(t);
  const lookedFor = (packets: number): number =>
    Array.from({ length: 1000 }, () => loop.packets(packets - 1, 1) + loop.packets(1, 5)).reduce(
      (sum, some) => sum + some,
    );
  assert.equal(lookedFor(7), 6999);
  assert.ok(lookedFor(10) < 2000);
});

test("the server never looks for packets when busyPolling is false", async (t) => {
  const loop = await SteppedLoop.start(t, { busyPolling: false });
  assert.equal(loop.packets(1000, 5), 0);
});
