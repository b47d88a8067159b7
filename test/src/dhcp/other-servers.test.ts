/** Two servers of one network would give one address twice: this one gives way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROADCAST, DhcpHarness, SERVER } from "../../support/dhcp-harness.js";
import { quad } from "../../support/dhcp-message.js";

const DISCOVER = 1;
const OFFER = 2;
const OWN_TRANSACTION = 0x51515151;
const OTHER = "192.168.88.9";

function offerOf(server: string, transactionId: number) {
  return {
    operation: 2,
    transactionId,
    options: [
      [53, [OFFER]],
      [54, quad(server)],
    ],
  } as const;
}

test("the server asks three times in six seconds, and then serves", () => {
  const harness = new DhcpHarness({}, { isStarted: false });
  assert.deepEqual(harness.ask(DISCOVER), []);
  harness.engine.start(harness.now);
  harness.pass(5999);
  assert.equal(harness.engine.isServing, false);
  assert.deepEqual(harness.ask(DISCOVER), []);
  harness.pass(1);
  assert.equal(harness.engine.isServing, true);
  assert.deepEqual(harness.events, ["serving"]);
  assert.deepEqual(
    harness.sent.map(({ operation, type, to, port, transactionId }) => ({ operation, type, to, port, transactionId })),
    Array(3).fill({ operation: 1, type: DISCOVER, to: BROADCAST, port: 67, transactionId: OWN_TRANSACTION }),
  );
});

test("where another server answers, this one does not serve", () => {
  const harness = new DhcpHarness({}, { isStarted: false });
  harness.engine.start(harness.now);
  harness.pass(3000);
  harness.receive(offerOf("10.9.9.9", OWN_TRANSACTION));
  harness.pass(60_000);
  assert.equal(harness.engine.isServing, false);
  assert.deepEqual(harness.events, ["silenced 10.9.9.9"]);
  assert.deepEqual(harness.ask(DISCOVER), []);
});

test("a server that starts later is found within a minute", () => {
  const harness = new DhcpHarness();
  harness.pass(60_000);
  assert.equal(harness.sent.length, 1);
  harness.receive(offerOf(OTHER, OWN_TRANSACTION));
  assert.deepEqual(harness.events, [`silenced ${OTHER}`]);
  assert.deepEqual(harness.ask(DISCOVER), []);
  harness.pass(600_000);
  assert.equal(harness.sent.length, 1);
});

test("an offer of this network to one of its clients counts, and one of another network does not", () => {
  const harness = new DhcpHarness();
  harness.receive(offerOf("10.9.9.9", 77));
  assert.equal(harness.engine.isServing, true);
  harness.receive(offerOf(OTHER, 77));
  assert.equal(harness.engine.isServing, false);
});

test("the server's own messages come back to it, and silence nobody", () => {
  const harness = new DhcpHarness();
  harness.pass(60_000);
  harness.receive(offerOf(SERVER, OWN_TRANSACTION));
  harness.receive({
    transactionId: OWN_TRANSACTION,
    hardware: [2, 0, ...quad(SERVER)],
    options: [[53, [DISCOVER]]],
  });
  assert.equal(harness.engine.isServing, true);
  assert.equal(harness.sent.length, 1);
  assert.deepEqual(harness.events, []);
});

test("a stopped server is silent, and starts again with its leases", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.lease(), "192.168.88.100");
  harness.engine.stop();
  assert.deepEqual(harness.ask(DISCOVER), []);
  harness.pass(60_000);
  harness.engine.start(harness.now);
  harness.pass(6000);
  assert.equal(harness.lease(harness.client(1)), "192.168.88.101");
});
