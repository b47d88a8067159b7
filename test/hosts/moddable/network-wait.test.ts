/** A server and a client that are made before the network of the board is up. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { default as TFTPClientClass, TFTPClientOptions } from "../../../dist/types/hosts/moddable/client.js";
import { boardModule, consoleLines } from "./board.js";
import { Client } from "./client.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { network } from "./sdk/udp.js";
import { start as startServer, type TFTPServerOptions } from "./server-harness.js";

const { default: TFTPClient } = await boardModule<{ default: typeof TFTPClientClass }>("client");

const MINUTE_MS = 60_000;
const TRY_AGAIN_MS = 500;

/** The owners and errors that the callbacks were called with, in order. */
let calls: unknown[] = [];
let attempts = 0;

class CountedUDP extends UDP {
  constructor(options: object) {
    attempts++;
    super(options);
  }
}

interface Waiting {
  close(): void;
}

const callbacks = {
  io: CountedUDP as unknown as TFTPServerOptions["io"],
  onReady(this: Waiting): void {
    calls.push(this);
  },
  onError(error: unknown): void {
    calls.push(error);
  },
};

function startClient(options: Partial<TFTPClientOptions>): TFTPClientClass {
  return new TFTPClient({ ...callbacks, ...options });
}

const kinds: readonly [string, (options: { maxNetworkWaitMs?: number; onReady?(): void }) => Waiting][] = [
  ["server", (options) => startServer({ ...callbacks, ...options })],
  ["client", (options) => startClient(options)],
];

beforeEach(() => {
  calls = [];
  attempts = 0;
});

test("a client whose network did not come up takes no transfer", () => {
  network.isUp = false;
  const client = startClient({ maxNetworkWaitMs: TRY_AGAIN_MS });
  advance(TRY_AGAIN_MS);
  const file = { write: () => 0, commit: () => 0, close: () => {} } as const;
  assert.throws(() => client.get({ address: "192.168.1.1", name: "config.json" }, file), /The client is closed/);
});

for (const [kind, start] of kinds) {
  test(`a ${kind} that is made before the network is up is ready when it is, once`, () => {
    network.isUp = false;
    const made = start({ maxNetworkWaitMs: MINUTE_MS });
    advance(20_000);
    assert.deepEqual(calls, []);
    assert.equal(attempts, 1 + 20_000 / TRY_AGAIN_MS);
    network.isUp = true;
    advance(TRY_AGAIN_MS);
    assert.deepEqual(calls, [made]);
    advance(2 * MINUTE_MS);
    assert.deepEqual(calls, [made]);
    assert.equal(scheduledTimers(), 0);
  });

  test(`a ${kind} that is made when the network is up is ready after its construction`, () => {
    for (const maxNetworkWaitMs of [0, MINUTE_MS]) {
      calls = [];
      const made = start({ maxNetworkWaitMs });
      assert.deepEqual(calls, []);
      advance(1);
      assert.deepEqual(calls, [made]);
      made.close();
    }
    assert.equal(scheduledTimers(), 0);
  });

  test(`a ${kind} without a network tells the reason when the time is over, and is closed`, () => {
    network.isUp = false;
    start({ maxNetworkWaitMs: MINUTE_MS });
    advance(MINUTE_MS - 1);
    assert.deepEqual(calls, []);
    advance(1);
    const [error = new Error("onError was not called"), ...others] = calls as Error[];
    assert.match(error.message, /^No network in 60 s \(no network\); start one, or allow a longer maxNetworkWaitMs$/);
    assert.equal((error.cause as Error).message, "no network");
    assert.deepEqual(others, []);
    network.isUp = true;
    advance(MINUTE_MS);
    assert.equal(calls.length, 1);
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  });

  test(`a ${kind} that is closed while it waits is never ready, and leaves nothing`, () => {
    network.isUp = false;
    const made = start({ maxNetworkWaitMs: MINUTE_MS });
    advance(TRY_AGAIN_MS);
    made.close();
    made.close();
    network.isUp = true;
    advance(2 * MINUTE_MS);
    assert.deepEqual(calls, []);
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  });

  test(`a ${kind} that is closed before it is ready, or when it is, leaves nothing`, () => {
    start({}).close();
    advance(1);
    assert.deepEqual(calls, []);
    network.isUp = false;
    start({
      maxNetworkWaitMs: MINUTE_MS,
      onReady(this: Waiting) {
        this.close();
      },
    } as Parameters<typeof start>[0]);
    network.isUp = true;
    advance(MINUTE_MS);
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  });

  test(`what onReady of a ${kind} throws goes to onError`, () => {
    start({
      onReady() {
        throw new Error("not ready at all");
      },
    });
    advance(1);
    assert.equal((calls[0] as Error).message, "not ready at all");
  });

  test(`a ${kind} takes a time of 0 to 24 days, and leaves nothing if it is another`, () => {
    for (const maxNetworkWaitMs of [-1, 0.5, 0x80000000]) {
      assert.throws(() => start({ maxNetworkWaitMs }), /maxNetworkWaitMs is/);
    }
    assert.equal(network.sockets.size, 0);
    assert.equal(scheduledTimers(), 0);
  });
}

test("a server that has waited serves", () => {
  network.isUp = false;
  const server = startServer({ maxNetworkWaitMs: MINUTE_MS });
  network.isUp = true;
  advance(TRY_AGAIN_MS);
  assert.equal((new Client().get("513.bin") as Uint8Array).length, 513);
  server.close();
});

test("without onError the console shows that the network did not come up", () => {
  network.isUp = false;
  startServer({ maxNetworkWaitMs: TRY_AGAIN_MS });
  advance(TRY_AGAIN_MS);
  assert.match(consoleLines.join("\n"), /^TFTP: Error: No network in 0.5 s \(no network\)/);
});

test("a client that has waited begins a transfer in onReady", () => {
  network.isUp = false;
  startClient({
    maxNetworkWaitMs: MINUTE_MS,
    onReady() {
      const file = { write: () => 0, commit: () => 0, close: () => {} } as const;
      this.get({ address: "192.168.1.1", name: "config.json" }, file);
    },
  });
  network.isUp = true;
  advance(TRY_AGAIN_MS);
  assert.equal(network.sent.length, 1);
});
