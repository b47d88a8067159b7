/** Bytes from the wire that are no message, or a strange one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { BROADCAST, DhcpHarness } from "../../support/dhcp-harness.js";
import { dhcpMessage, type MessageFields, quad } from "../../support/dhcp-message.js";

const DISCOVER = 1;

function field(length: number, bytes: readonly number[]): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

/** The raw options of a message, after the magic number. */
function withOptions(bytes: readonly number[], fields: MessageFields = {}): DataView {
  const head = dhcpMessage({ ...fields, options: [] });
  const packet = new Uint8Array(240 + bytes.length);
  packet.set(new Uint8Array(head.buffer, head.byteOffset, 240));
  packet.set(bytes, 240);
  return new DataView(packet.buffer);
}

test("a datagram that is too short gets silence", () => {
  const harness = new DhcpHarness();
  const whole = dhcpMessage({ options: [[53, [DISCOVER]]] });
  for (let length = 0; length < 236; length++) {
    harness.engine.receive(whole, length, harness.now);
  }
  assert.deepEqual(harness.sent, []);
});

test("an option that runs over the end makes the message void", () => {
  const harness = new DhcpHarness();
  assert.deepEqual(harness.receive(withOptions([53, 1, DISCOVER, 60, 9, 1, 2])), []);
  assert.deepEqual(harness.receive(withOptions([53, 1, DISCOVER, 60])), []);
  assert.deepEqual(harness.receive(withOptions([53, 200, DISCOVER])), []);
});

test("options without an end are taken", () => {
  assert.equal(new DhcpHarness().receive(withOptions([53, 1, DISCOVER])).length, 1);
  assert.equal(new DhcpHarness().receive(withOptions([0, 0, 53, 1, DISCOVER, 0, 0])).length, 1);
});

test("what follows the end is not read", () => {
  const harness = new DhcpHarness();
  assert.equal(harness.receive(withOptions([53, 1, DISCOVER, 255, 60, 99])).length, 1);
});

test("RFC 3396 §7: an option in pieces is joined", () => {
  const harness = new DhcpHarness({ boot: [{ userClass: "iPXE", file: "script" }] });
  const pieces = [53, 1, DISCOVER, 77, 2, 0x69, 0x50, 12, 1, 65, 77, 2, 0x58, 0x45, 255];
  assert.equal(harness.receive(withOptions(pieces))[0]?.file, "script");
});

test("RFC 2132 §9.3: options in file and sname are read", () => {
  const rules = [{ userClass: "iPXE", file: "script" }];
  const inFile = { file: field(128, [77, 4, 0x69, 0x50, 0x58, 0x45, 255]) };
  const inName = { serverName: field(64, [77, 4, 0x69, 0x50, 0x58, 0x45, 255]) };
  const ask = (fields: MessageFields, overload: number) =>
    new DhcpHarness({ boot: rules }).ask(DISCOVER, [[52, [overload]]], fields)[0]?.file;
  assert.equal(ask(inFile, 1), "script");
  assert.equal(ask(inName, 2), "script");
  assert.equal(ask(inName, 1), "");
  assert.equal(ask({ ...inFile, ...inName }, 3), "");
});

test("an overload within an overloaded field opens nothing", () => {
  const harness = new DhcpHarness({ boot: [{ userClass: "iPXE", file: "script" }] });
  const fields = {
    file: field(128, [52, 1, 3, 255]),
    serverName: field(64, [77, 4, 0x69, 0x50, 0x58, 0x45, 255]),
  };
  assert.equal(harness.ask(DISCOVER, [[52, [1]]], fields)[0]?.file, "");
});

test("an overloaded field that runs over makes the message void", () => {
  const harness = new DhcpHarness();
  const long = new Uint8Array(128).fill(200);
  assert.deepEqual(harness.ask(DISCOVER, [[52, [1]]], { file: long }), []);
});

test("hardware addresses of no length, or of more than 16 bytes, get silence", () => {
  const harness = new DhcpHarness();
  for (const length of [0, 17, 255]) {
    const packet = dhcpMessage({ options: [[53, [DISCOVER]]] });
    packet.setUint8(2, length);
    assert.deepEqual(harness.receive(packet), []);
  }
});

test("server's messages, and types that do not exist, get silence", () => {
  const harness = new DhcpHarness();
  for (const type of [2, 5, 6, 9, 255]) {
    assert.deepEqual(harness.ask(type), []);
  }
});

test("an option of the wrong length counts as missing", () => {
  const harness = new DhcpHarness();
  harness.ask(DISCOVER);
  assert.deepEqual(harness.ask(3, [[50, [192, 168]]]), []);
});

test("random datagrams: no exception, no answer out of the network, and every answer is well formed", () => {
  const random = new SeededRandom(20_261_128);
  const harness = new DhcpHarness({ boot: [{ file: "{mac}" }] }, { probes: true });
  for (let count = 0; count < 20_000; count++) {
    const packet = mutated(random);
    harness.receive(packet);
    harness.pass(random.below(200));
  }
  assert.ok(harness.sent.length > 100, `${harness.sent.length} answers`);
  for (const { to } of harness.sent) {
    assert.ok(to === BROADCAST || to.startsWith("192.168.88."), to);
  }
});

/** A message with some bytes changed, cut off somewhere. */
function mutated(random: SeededRandom): DataView {
  const packet = dhcpMessage({
    hardware: [2, 0, 0, 0, 0, random.below(8)],
    clientAddress: random.below(4) === 0 ? "192.168.88.101" : "0.0.0.0",
    options: [
      [53, [random.below(9)]],
      [50, quad(`192.168.88.${99 + random.below(6)}`)],
      ...(random.below(2) === 0 ? [] : [[54, quad("192.168.88.1")] as const]),
      [77, "iPXE"],
      [55, [1, 3, 66]],
    ],
  });
  for (let change = random.below(3); change > 0; change--) {
    packet.setUint8(random.below(packet.byteLength), random.below(256));
  }
  // A server of the network would silence this one.
  packet.setUint8(0, random.below(50) === 0 ? random.below(256) | 4 : 1);
  const length = random.below(5) === 0 ? random.below(packet.byteLength) : packet.byteLength;
  return new DataView(packet.buffer, packet.byteOffset, length);
}
