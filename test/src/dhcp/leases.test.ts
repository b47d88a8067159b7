/** Which client gets which address, for how long, and what the network says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseView } from "lockstep-tftp/dhcp";
import { DhcpHarness, SERVER } from "../../support/dhcp-harness.js";
import { bits, MAC, quad, quadText } from "../../support/dhcp-message.js";

const DISCOVER = 1;
const REQUEST = 3;
const FROM_SERVER = [54, quad(SERVER)] as const;

function leasesOf(harness: DhcpHarness): string[] {
  const shown: string[] = [];
  const visit = (lease: LeaseView): void => {
    const state = lease.isBound ? "bound" : "offered";
    shown.push(`${quadText(lease.address)} ${lease.hardwareAddress} ${state} ${lease.remainingSeconds}`);
  };
  harness.engine.visitLeases(visit, harness.now);
  return shown;
}

test("each client gets another address, and the same again", () => {
  const harness = new DhcpHarness();
  const all = [1, 2, 3, 4].map((number) => harness.lease(harness.client(number)));
  assert.deepEqual(all, ["192.168.88.100", "192.168.88.101", "192.168.88.102", "192.168.88.103"]);
  assert.deepEqual(
    [4, 3, 2, 1].map((number) => harness.lease(harness.client(number))),
    all.toReversed(),
  );
});

test("a client without an address left gets silence, until one ends", () => {
  const harness = new DhcpHarness();
  for (const number of [1, 2, 3, 4]) {
    harness.lease(harness.client(number));
  }
  assert.deepEqual(harness.ask(DISCOVER, [], harness.client(5)), []);
  assert.equal(harness.events.at(-1), "exhausted 02-00-00-00-00-05");
  harness.pass(3_600_000);
  assert.equal(harness.lease(harness.client(5)), "192.168.88.100");
});

test("the address that was unused for the longest time is given first", () => {
  const harness = new DhcpHarness();
  for (const number of [3, 1, 2]) {
    harness.lease(harness.client(number));
    harness.pass(1000);
  }
  harness.pass(3_600_000);
  assert.equal(harness.lease(harness.client(9)), "192.168.88.103");
  assert.equal(harness.lease(harness.client(8)), "192.168.88.100");
  assert.equal(harness.lease(harness.client(2)), "192.168.88.102");
});

test("two clients for the last address: one gets it", () => {
  const harness = new DhcpHarness({ rangeEnd: bits("192.168.88.100") });
  const [one, two] = [harness.client(1), harness.client(2)];
  assert.equal(harness.ask(DISCOVER, [], one).length, 1);
  assert.equal(harness.ask(DISCOVER, [], two).length, 0);
  const wanted = [[50, quad("192.168.88.100")] as const, FROM_SERVER];
  assert.equal(harness.ask(REQUEST, wanted, two)[0]?.type, 6);
  assert.equal(harness.ask(REQUEST, wanted, one)[0]?.type, 5);
});

test("an offer that is not taken is free after a minute", () => {
  const harness = new DhcpHarness({ rangeEnd: bits("192.168.88.100") });
  harness.ask(DISCOVER, [], harness.client(1));
  harness.pass(59_000);
  assert.equal(harness.ask(DISCOVER, [], harness.client(2)).length, 0);
  harness.pass(2000);
  assert.equal(harness.lease(harness.client(2)), "192.168.88.100");
});

test("a requested address is given if it is free", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.ask(DISCOVER, [[50, quad("192.168.88.102")]])[0]?.yourAddress, "192.168.88.102");
  const other = harness.ask(DISCOVER, [[50, quad("192.168.88.102")]], harness.client(1))[0];
  assert.equal(other?.yourAddress, "192.168.88.100");
  const foreign = harness.ask(DISCOVER, [[50, quad("10.0.0.1")]], harness.client(2))[0];
  assert.equal(foreign?.yourAddress, "192.168.88.101");
});

test("a fixed address is kept for its client, within the range and beside it", () => {
  for (const address of ["192.168.88.100", "192.168.88.50"]) {
    const harness = new DhcpHarness({ fixed: [{ hardwareAddress: MAC, address: bits(address) }] });
    const others = [1, 2, 3, 4].map((number) => harness.lease(harness.client(number)));
    assert.ok(!others.includes(address), `${others}`);
    assert.equal(harness.lease(), address);
    assert.equal(harness.ask(REQUEST, [[50, quad("192.168.88.103")]])[0]?.type, 6);
  }
});

test("a client has one address at a time", () => {
  const harness = new DhcpHarness();
  harness.lease();
  assert.equal(harness.ask(REQUEST, [[50, quad("192.168.88.102")]])[0]?.type, 5);
  assert.equal(leasesOf(harness).length, 1);
});

test("leases are shown while they last, and may be restored", () => {
  const harness = new DhcpHarness();
  harness.lease();
  harness.ask(DISCOVER, [], harness.client(1));
  harness.pass(10_000);
  assert.deepEqual(leasesOf(harness), [
    "192.168.88.100 52-54-00-12-34-56 bound 3590",
    "192.168.88.101 02-00-00-00-00-01 offered 50",
  ]);
  const next = new DhcpHarness();
  next.engine.restore(bits("192.168.88.103"), 1, MAC, 100, next.now);
  next.engine.restore(bits("192.168.88.103"), 1, [1, 2, 3], 100, next.now);
  next.engine.restore(bits("192.168.88.9"), 1, MAC, 100, next.now);
  next.engine.restore(bits("192.168.88.102"), 1, [], 100, next.now);
  assert.deepEqual(leasesOf(next), ["192.168.88.103 52-54-00-12-34-56 bound 100"]);
  assert.equal(next.lease(), "192.168.88.103");
});

test("a probe delays the offer by half a second, and is made once", () => {
  const harness = new DhcpHarness({}, { probes: true });
  assert.deepEqual(harness.ask(DISCOVER), []);
  harness.pass(100);
  assert.deepEqual(harness.ask(DISCOVER), []);
  assert.deepEqual(harness.probed, ["192.168.88.100"]);
  harness.pass(400);
  assert.deepEqual(
    harness.sent.map(({ yourAddress }) => yourAddress),
    ["192.168.88.100"],
  );
  assert.equal(harness.ask(DISCOVER).length, 1);
  assert.equal(harness.ask(REQUEST, [[50, quad("192.168.88.100")], FROM_SERVER])[0]?.type, 5);
  assert.equal(harness.probed.length, 1);
});

test("an address that a machine uses is not offered", () => {
  const harness = new DhcpHarness({}, { probes: true });
  harness.ask(DISCOVER);
  harness.engine.addressInUse(bits("192.168.88.100"), harness.now);
  harness.pass(500);
  assert.deepEqual(harness.probed, ["192.168.88.100", "192.168.88.101"]);
  harness.pass(500);
  assert.deepEqual(
    harness.sent.map(({ yourAddress }) => yourAddress),
    ["192.168.88.101"],
  );
  assert.deepEqual(harness.events, ["declined 192.168.88.100"]);
});

test("a late answer to a probe changes nothing", () => {
  const harness = new DhcpHarness({}, { probes: true });
  harness.ask(DISCOVER);
  harness.pass(500);
  harness.engine.addressInUse(bits("192.168.88.100"), harness.now);
  harness.engine.addressInUse(bits("10.0.0.1"), harness.now);
  assert.deepEqual(harness.events, []);
});

test("more clients at once than probes: each is served when it asks again", () => {
  const harness = new DhcpHarness({ rangeEnd: bits("192.168.88.139") }, { probes: true });
  const clients = Array.from({ length: 40 }, (_, index) => harness.client(index));
  for (let round = 0; round < 3; round++) {
    for (const client of clients) {
      harness.ask(DISCOVER, [], client);
    }
    harness.pass(600);
  }
  assert.equal(new Set(harness.sent.map(({ yourAddress }) => yourAddress)).size, 40);
});

test("a client of BOOTP is probed, too", () => {
  const harness = new DhcpHarness({}, { probes: true });
  assert.deepEqual(harness.receive({}), []);
  harness.pass(500);
  assert.equal(harness.sent[0]?.yourAddress, "192.168.88.100");
});

test("the clock may jump back: leases last longer once, and the server goes on", () => {
  const harness = new DhcpHarness();
  harness.pass(1_000_000);
  harness.lease();
  harness.now -= 900_000;
  assert.equal(harness.lease(), "192.168.88.100");
  assert.equal(harness.lease(harness.client(1)), "192.168.88.101");
});

test("options that cannot work are refused, by name", () => {
  const makes = (options: ConstructorParameters<typeof DhcpHarness>[0]) => () => new DhcpHarness(options);
  assert.throws(makes({ netmask: bits("255.0.255.0") }), /netmask/);
  assert.throws(makes({ rangeStart: bits("192.168.87.100") }), /rangeEnd - rangeStart|range must lie/);
  assert.throws(makes({ rangeEnd: bits("192.168.88.255") }), /range must lie/);
  assert.throws(makes({ rangeStart: bits("192.168.88.0") }), /range must lie/);
  assert.throws(makes({ rangeEnd: bits("192.168.88.99") }), /rangeEnd - rangeStart/);
  assert.throws(makes({ rangeStart: bits("192.168.88.1") }), /own address/);
  assert.throws(makes({ leaseSeconds: 10 }), /leaseSeconds/);
  assert.throws(makes({ domainName: "a b" }), /domainName/);
  assert.throws(makes({ fixed: [{ hardwareAddress: MAC, address: bits("10.0.0.1") }] }), /fixed address/);
  assert.throws(makes({ fixed: [{ hardwareAddress: [], address: bits("192.168.88.7") }] }), /hardwareAddress/);
  assert.throws(makes({ routers: [0] }), /routers/);
});
