/** What clients ask and are answered, by RFC and section. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROADCAST, DhcpHarness, SERVER } from "../../support/dhcp-harness.js";
import { bits, quad } from "../../support/dhcp-message.js";

const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const DECLINE = 4;
const ACK = 5;
const NAK = 6;
const RELEASE = 7;
const INFORM = 8;

const OTHER_SERVER = "192.168.88.9";
const FROM_SERVER = [54, quad(SERVER)] as const;

test("RFC 2131 §3.1: DISCOVER is answered by OFFER, REQUEST by ACK, with the same address", () => {
  const harness = new DhcpHarness();
  const [offer, ...others] = harness.ask(DISCOVER);
  assert.deepEqual(others, []);
  assert.equal(offer?.operation, 2);
  assert.equal(offer?.type, OFFER);
  assert.equal(offer?.transactionId, 0x1234);
  assert.equal(offer?.yourAddress, "192.168.88.100");
  assert.deepEqual([...(offer?.options.get(54) ?? [])], quad(SERVER));
  assert.equal(offer?.options.get(51)?.readUInt32BE(), 3600);
  assert.equal(offer?.options.get(58)?.readUInt32BE(), 1800);
  assert.equal(offer?.options.get(59)?.readUInt32BE(), 3150);
  assert.deepEqual([...(offer?.options.get(1) ?? [])], [255, 255, 255, 0]);
  const [answer] = harness.ask(REQUEST, [[50, quad("192.168.88.100")], FROM_SERVER]);
  assert.equal(answer?.type, ACK);
  assert.equal(answer?.yourAddress, "192.168.88.100");
  assert.deepEqual(harness.events, ["leased 192.168.88.100 52-54-00-12-34-56 "]);
});

test("RFC 2131 §4.1: answers go to all of the network, and to clients that have an address", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.ask(DISCOVER)[0]?.to, BROADCAST);
  assert.equal(harness.lease(), "192.168.88.100");
  const [renewed] = harness.ask(REQUEST, [], { clientAddress: "192.168.88.100" });
  assert.equal(renewed?.type, ACK);
  assert.equal(renewed?.to, "192.168.88.100");
  assert.equal(renewed?.port, 68);
});

test("RFC 2131 §4.1: the broadcast flag comes back", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.ask(DISCOVER, [], { flags: 0x8000 })[0]?.flags, 0x8000);
  assert.equal(harness.ask(DISCOVER)[0]?.flags, 0);
});

test("RFC 2131 §4.3.2: REQUEST for an address that was not offered gets NAK, to all", () => {
  const harness = new DhcpHarness();
  harness.ask(DISCOVER);
  const [answer] = harness.ask(REQUEST, [[50, quad("192.168.88.101")], FROM_SERVER]);
  assert.equal(answer?.type, NAK);
  assert.equal(answer?.to, BROADCAST);
  assert.equal(answer?.yourAddress, "0.0.0.0");
  assert.equal(answer?.options.has(51), false);
  assert.deepEqual(harness.events, ["refused 52-54-00-12-34-56 192.168.88.101"]);
});

test("RFC 2131 §4.3.2: INIT-REBOOT with an address of another network gets NAK", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.ask(REQUEST, [[50, quad("10.0.0.5")]])[0]?.type, NAK);
});

test("RFC 2131 §4.3.2: INIT-REBOOT with an address of this network that is not the server's gets silence", () => {
  const harness = new DhcpHarness();
  assert.deepEqual(harness.ask(REQUEST, [[50, quad("192.168.88.55")]]), []);
});

test("RFC 2131 §4.3.2: INIT-REBOOT and RENEWING get the address after the server has lost its records", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.ask(REQUEST, [[50, quad("192.168.88.102")]])[0]?.type, ACK);
  const other = harness.client(7);
  assert.equal(harness.ask(REQUEST, [], { ...other, clientAddress: "192.168.88.103" })[0]?.type, ACK);
});

test("RFC 2131 §4.3.2: an address that has another client gets NAK, also where it is renewed", () => {
  const harness = new DhcpHarness();
  harness.lease();
  const other = harness.client(7);
  assert.equal(harness.ask(REQUEST, [[50, quad("192.168.88.100")]], other)[0]?.type, NAK);
  assert.equal(harness.ask(REQUEST, [], { ...other, clientAddress: "192.168.88.100" })[0]?.type, NAK);
});

test("REQUEST without an address is ignored", () => {
  assert.deepEqual(new DhcpHarness().ask(REQUEST), []);
});

test("RFC 2131 §4.3.3: a declined address rests, and the client gets another", () => {
  const harness = new DhcpHarness();
  harness.lease();
  assert.deepEqual(harness.ask(DECLINE, [[50, quad("192.168.88.100")], FROM_SERVER]), []);
  assert.equal(harness.lease(), "192.168.88.101");
  assert.deepEqual(
    [1, 2, 3].map((number) => harness.lease(harness.client(number))),
    ["192.168.88.102", "192.168.88.103", "type undefined"],
  );
  harness.pass(601_000);
  assert.equal(harness.lease(harness.client(3)), "192.168.88.100");
});

test("DECLINE and RELEASE in the name of another client change nothing", () => {
  const harness = new DhcpHarness();
  harness.lease();
  const stranger = harness.client(9);
  harness.ask(DECLINE, [[50, quad("192.168.88.100")], FROM_SERVER], stranger);
  harness.ask(RELEASE, [FROM_SERVER], { ...stranger, clientAddress: "192.168.88.100" });
  assert.deepEqual(harness.events.slice(1), []);
  assert.equal(harness.lease(), "192.168.88.100");
});

test("RFC 2131 §4.3.4: a released address is kept for its client while there are others", () => {
  const harness = new DhcpHarness();
  harness.lease();
  harness.ask(RELEASE, [FROM_SERVER], { clientAddress: "192.168.88.100" });
  assert.equal(harness.lease(harness.client(1)), "192.168.88.101");
  assert.equal(harness.lease(), "192.168.88.100");
});

test("RFC 2131 §4.3.5: INFORM gets its parameters without an address and a lease", () => {
  const harness = new DhcpHarness({ boot: [{ file: "boot.img" }] });
  const [answer] = harness.ask(INFORM, [], { clientAddress: "192.168.88.20" });
  assert.equal(answer?.type, ACK);
  assert.equal(answer?.to, "192.168.88.20");
  assert.equal(answer?.yourAddress, "0.0.0.0");
  assert.equal(answer?.options.has(51), false);
  assert.equal(answer?.serverAddress, SERVER);
});

test("RFC 951: BOOTP gets address, server and file in their fields, in 300 bytes", () => {
  const harness = new DhcpHarness({ boot: [{ file: "vmlinux" }] });
  const [answer, ...others] = harness.receive({});
  assert.deepEqual(others, []);
  assert.equal(answer?.type, 0);
  assert.equal(answer?.length, 300);
  assert.equal(answer?.yourAddress, "192.168.88.100");
  assert.equal(answer?.serverAddress, SERVER);
  assert.equal(answer?.file, "vmlinux");
  assert.deepEqual([...(answer?.options.get(1) ?? [])], [255, 255, 255, 0]);
  assert.equal(answer?.options.has(54), false);
  assert.deepEqual(harness.events, ["leased 192.168.88.100 52-54-00-12-34-56 vmlinux"]);
  assert.equal(harness.receive({})[0]?.yourAddress, "192.168.88.100");
});

test("RFC 2131 §4.1.1: relayed messages are ignored", () => {
  const harness = new DhcpHarness();
  assert.deepEqual(harness.ask(DISCOVER, [], { relayAddress: "192.168.88.2" }), []);
  assert.deepEqual(harness.receive({ relayAddress: "192.168.88.2" }), []);
});

test("Clients with an address of another network are ignored", () => {
  const harness = new DhcpHarness();
  assert.deepEqual(harness.ask(REQUEST, [], { clientAddress: "10.1.1.1" }), []);
  assert.deepEqual(harness.ask(INFORM, [], { clientAddress: "10.1.1.1" }), []);
});

test("RFC 2132 §9.8: only options that the client asks for, in the answer", () => {
  const harness = new DhcpHarness({
    boot: [{ file: "x" }],
    routers: [bits("192.168.88.254")],
    nameServers: [bits("192.168.88.2"), bits("192.168.88.3")],
    timeServers: [bits("192.168.88.4")],
    domainName: "lab.example",
  });
  const all = harness.ask(DISCOVER)[0];
  assert.deepEqual(
    [...(all?.options.keys() ?? [])].sort((one, two) => one - two),
    [1, 3, 6, 15, 42, 51, 53, 54, 58, 59, 66, 67, 150],
  );
  assert.deepEqual([...(all?.options.get(6) ?? [])], [...quad("192.168.88.2"), ...quad("192.168.88.3")]);
  assert.equal(all?.options.get(15)?.toString(), "lab.example");
  assert.equal(all?.options.get(66)?.toString(), SERVER);
  assert.equal(all?.options.get(67)?.toString(), "x");
  assert.deepEqual([...(all?.options.get(150) ?? [])], quad(SERVER));
  const few = harness.ask(DISCOVER, [[55, [1, 66]]])[0];
  assert.deepEqual(
    [...(few?.options.keys() ?? [])].sort((one, two) => one - two),
    [1, 51, 53, 54, 58, 59, 66],
  );
});

test("RFC 2132 §9.10: no answer is longer than the client takes, nor than 548 bytes", () => {
  const routers = Array.from({ length: 63 }, (_, index) => bits("192.168.88.1") + index);
  const harness = new DhcpHarness({ routers, nameServers: routers, timeServers: routers });
  assert.ok((harness.ask(DISCOVER)[0]?.length ?? 999) <= 548);
  const small = harness.ask(DISCOVER, [[57, [2, 64]]])[0];
  assert.ok((small?.length ?? 999) <= 576 - 28);
  assert.ok((harness.ask(DISCOVER, [[57, [255, 255]]])[0]?.length ?? 999) <= 548);
});

test("RFC 6842 §3: the client identifier comes back", () => {
  const harness = new DhcpHarness();
  const identifier = [1, ...[0x52, 0x54, 0, 0x12, 0x34, 0x56]];
  assert.deepEqual([...(harness.ask(DISCOVER, [[61, identifier]])[0]?.options.get(61) ?? [])], identifier);
});

test("a REQUEST for another server frees the offer, and makes this one silent", () => {
  const harness = new DhcpHarness();
  harness.ask(DISCOVER);
  harness.ask(REQUEST, [
    [50, quad("192.168.88.40")],
    [54, quad(OTHER_SERVER)],
  ]);
  assert.deepEqual(harness.events, [`silenced ${OTHER_SERVER}`]);
  assert.deepEqual(harness.ask(DISCOVER), []);
  assert.equal(harness.engine.nextAt, Number.POSITIVE_INFINITY);
});

test("a REQUEST for a server of another network is heard from another interface, and silences nobody", () => {
  const harness = new DhcpHarness();
  harness.ask(REQUEST, [
    [50, quad("10.0.0.40")],
    [54, quad("10.0.0.1")],
  ]);
  assert.deepEqual(harness.events, []);
  assert.equal(harness.ask(DISCOVER).length, 1);
});
