/**
 * Random messages to the engine of DHCP, whole and damaged, from few clients and from other servers, with a clock that also
 * goes back: nothing throws, nothing hangs, and each answer is well formed and stays in the network.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DhcpEngine, type DhcpOptions } from "lockstep-tftp/dhcp";
import type { SeededRandom } from "lockstep-tftp/simulated";
import { bits, dhcpMessage, type OptionList, quad, quadText, readDhcpMessage } from "../support/dhcp-message.js";
import { forAll } from "./property.js";

const CASES = 3000;
const MAX_STEPS = 40;
const SERVER = "192.168.88.1";
const NETWORK = "192.168.88.";
const FIRST = 100;
const ADDRESSES = 4;
const TRANSACTION = 0x51515151;
const WAITS_MS = [0, 0, 1, 100, 500, 6000, 61_000, 700_000, -1, -5000, -3_600_000];
/** More calls in a row mean that the engine's time does not pass. */
const MAX_POLLS = 1000;

/** A byte of a message that is changed, by its place and its new value. */
type Change = readonly [at: number, value: number];

interface Step {
  readonly waitMs: number;
  readonly client: number;
  readonly type: number;
  /** Last number of the address that the client has or wants. */
  readonly address: number;
  readonly isFromServer: boolean;
  readonly hasAddress: boolean;
  readonly namesServer: boolean;
  readonly changes: readonly Change[];
  /** Bytes that are cut off. */
  readonly cut: number;
  /** A machine answers to the probe of the address. */
  readonly isInUse: boolean;
}

function step(random: SeededRandom): Step {
  return {
    waitMs: random.pick(WAITS_MS),
    client: random.below(6),
    type: random.below(10),
    address: FIRST - 1 + random.below(ADDRESSES + 2),
    isFromServer: random.chance(0.5),
    hasAddress: random.chance(25),
    namesServer: random.chance(50),
    changes: Array.from({ length: random.pick([0, 0, 0, 1, 2, 20]) }, () => [random.below(330), random.below(256)]),
    cut: random.chance(15) ? random.below(330) : 0,
    isInUse: random.chance(5),
  };
}

function simpler(step: Step): Step[] {
  const candidates: Partial<Step>[] = [
    { changes: [] },
    { changes: step.changes.slice(1) },
    { waitMs: 0 },
    { cut: 0 },
    { client: 0 },
    { isInUse: false },
  ];
  return candidates
    .map((change) => ({ ...step, ...change }))
    .filter((candidate) => JSON.stringify(candidate) !== JSON.stringify(step));
}

function messageOf({ client, type, address, isFromServer, hasAddress, namesServer, changes }: Step): DataView {
  const options: OptionList = [
    [53, [type]],
    [50, quad(NETWORK + address)],
    ...(namesServer ? [[54, quad(isFromServer ? `${NETWORK}9` : SERVER)] as const] : []),
    [60, client % 2 === 0 ? "PXEClient:Arch:00007" : "U-Boot"],
    [77, "iPXE"],
    [93, [0, 7]],
    [97, [0, 1, 2, 3]],
    [61, [1, client]],
    ...(client === 3 ? [] : [[55, [66, 1, 3, 67, 150, 43]] as const]),
  ];
  const packet = dhcpMessage({
    operation: isFromServer ? 2 : 1,
    hardware: [0xb8, 0x27, 0xeb, 0, 0, client],
    clientAddress: hasAddress ? NETWORK + address : "0.0.0.0",
    ...(client === 5 ? {} : { options }),
    minimumBytes: 300,
  });
  for (const [at, value] of changes) {
    if (at < packet.byteLength) {
      packet.setUint8(at, value);
    }
  }
  return packet;
}

function checkAnswer(packet: Uint8Array, to: string, port: number): void {
  const message = readDhcpMessage(packet);
  assert.ok(packet.length >= 300 && packet.length <= 548, `${packet.length} bytes`);
  assert.ok(to === "255.255.255.255" || to.startsWith(NETWORK), to);
  assert.equal(port, message.operation === 2 ? 68 : 67);
  const last = Number(message.yourAddress.split(".")[3]);
  assert.ok(message.yourAddress === "0.0.0.0" || (last >= FIRST && last < FIRST + ADDRESSES), message.yourAddress);
}

function run(steps: readonly Step[], options: Partial<DhcpOptions>, hasProbe: boolean): number {
  let answers = 0;
  let now = 3_600_000;
  const send = (packet: Uint8Array, length: number, address: number, port: number): void => {
    answers++;
    checkAnswer(packet.slice(0, length), quadText(address), port);
  };
  const engine = new DhcpEngine(hasProbe ? { send, probe() {} } : { send }, {
    address: bits(SERVER),
    netmask: bits("255.255.255.0"),
    rangeStart: bits(NETWORK + FIRST),
    rangeEnd: bits(NETWORK + FIRST) + ADDRESSES - 1,
    transactionId: TRANSACTION,
    ...options,
  });
  const advance = (until: number): void => {
    for (let polls = 0; engine.nextAt <= until; polls++) {
      assert.ok(polls < MAX_POLLS, "the engine's time does not pass");
      now = Math.max(now, engine.nextAt);
      engine.poll(now);
    }
    now = until;
  };
  engine.start(now);
  advance(now + 6000);
  for (const each of steps) {
    advance(now + each.waitMs);
    const packet = messageOf(each);
    engine.receive(packet, Math.max(0, packet.byteLength - each.cut), now);
    if (each.isInUse) {
      engine.addressInUse(bits(NETWORK + each.address), now);
    }
    engine.poll(now);
    engine.visitLeases((lease) => assert.ok(lease.hardwareAddress.length > 0 && lease.file.length >= 0), now);
  }
  return answers;
}

const SERVERS: readonly Partial<DhcpOptions>[] = [
  { boot: [{ file: "{mac}" }] },
  {
    boot: [{ architectures: [7], vendorClass: "PXEClient", userClass: "iPXE", file: "{address}" }, { file: "x" }],
    fixed: [{ hardwareAddress: [0xb8, 0x27, 0xeb, 0, 0, 1], address: bits(NETWORK + FIRST) }],
    routers: Array.from({ length: 63 }, (_, index) => bits(NETWORK + index)),
    domainName: "lab.example",
    leaseSeconds: 120,
  },
];

for (const [index, options] of SERVERS.entries()) {
  for (const hasProbe of [false, true]) {
    test(`random messages do no harm to DHCP server ${index + 1}${hasProbe ? ", which probes addresses" : ""}`, () => {
      let answers = 0;
      forAll({
        cases: CASES / SERVERS.length / 2,
        generate: (random) => Array.from({ length: random.between(1, MAX_STEPS) }, () => step(random)),
        simpler,
        check: (steps) => {
          answers += run(steps, options, hasProbe);
        },
      });
      assert.ok(answers > CASES, `${answers} answers`);
    });
  }
}
