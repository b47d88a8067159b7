/** The simulated network follows its conditions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type NetworkConditions,
  PacketLog,
  SeededRandom,
  SimulatedNetwork,
  VirtualClock,
} from "lockstep-tftp/simulated";

const DATAGRAMS = 10_000;
const HERE = "192.168.4.1";
const THERE = "192.168.4.2";

interface Arrival {
  readonly atMs: number;
  readonly number: number;
  readonly length: number;
}

/** Sends numbered datagrams, one each millisecond. */
function arrivals(conditions: NetworkConditions, prepare: (network: SimulatedNetwork) => void = () => {}): Arrival[] {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, new SeededRandom(1), conditions);
  prepare(network);
  const arrived: Arrival[] = [];
  network.bind(THERE, 69, (bytes) => {
    const number = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    arrived.push({ atMs: clock.nowUs / 1000, number, length: bytes.length });
  });
  for (let number = 0; number < DATAGRAMS; number++) {
    const bytes = Uint8Array.from([number >> 8, number, 0, 0, 0, 0, 0, 0]);
    clock.at(number * 1000, () => network.send(HERE, 1000, THERE, 69, bytes));
  }
  while (clock.step()) {
    // Until no event is left.
  }
  return arrived;
}

/** Checks that a number is within a tenth of the expected one. The seed is fixed, so the result never varies. */
function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < expected / 10, `${actual}, expected about ${expected}`);
}

function disorder(arrived: readonly Arrival[]): number {
  return arrived.filter(({ number }, index) => index > 0 && number < (arrived[index - 1] as Arrival).number).length;
}

test("a network without conditions delivers every datagram in order after half a millisecond", () => {
  const arrived = arrivals({});
  assert.equal(arrived.length, DATAGRAMS);
  assert.ok(arrived.every(({ atMs, number }, index) => number === index && atMs === index + 0.5));
});

test("lossPercent loses that share of the datagrams", () => {
  assertNear(DATAGRAMS - arrivals({ lossPercent: 20 }).length, DATAGRAMS * 0.2);
});

test("bursts lose many datagrams in a row", () => {
  const arrived = arrivals({ burst: { startPercent: 1, meanPackets: 20 } });
  const gaps = arrived.filter(({ number }, index) => index > 0 && number > (arrived[index - 1] as Arrival).number + 1);
  const lost = DATAGRAMS - arrived.length;
  assert.ok(lost / gaps.length > 15 && lost / gaps.length < 25, `${lost} lost in ${gaps.length} bursts`);
});

test("duplicatePercent delivers that share of the datagrams twice", () => {
  assertNear(arrivals({ duplicatePercent: 30 }).length - DATAGRAMS, DATAGRAMS * 0.3);
});

test("jitter delays datagrams and keeps their order", () => {
  const arrived = arrivals({ delayMs: 2, jitterMs: 10 });
  assert.equal(disorder(arrived), 0);
  assert.ok(arrived.some(({ atMs, number }) => atMs - number > 10));
  assert.ok(arrived.every(({ atMs, number }) => atMs - number >= 2 && atMs - number <= 12));
});

test("reordering lets later datagrams pass earlier ones", () => {
  const arrived = arrivals({ reorderPercent: 10, reorderDelayMs: 5 });
  assert.equal(arrived.length, DATAGRAMS);
  assert.ok(disorder(arrived) > DATAGRAMS / 20, `${disorder(arrived)} out of order`);
});

test("corruption flips one bit, and the network remembers the addresses", () => {
  let network: SimulatedNetwork | undefined;
  const arrived = arrivals({ corruptPercent: 50 }, (made) => {
    network = made;
  });
  const different = arrived.filter(({ number }, index) => number !== index).length;
  assertNear(different, (DATAGRAMS * 0.5 * 2) / 8);
  assert.ok(network?.hasDamaged(HERE) && network.hasDamaged(THERE) && !network.hasDamaged("192.168.4.3"));
});

test("truncation cuts off the end of datagrams", () => {
  assertNear(arrivals({ truncatePercent: 10 }).filter(({ length }) => length < 8).length, DATAGRAMS * 0.1);
});

test("no datagram passes during a partition, and every datagram does before and after", () => {
  const arrived = arrivals({}, (network) => network.partition({ fromMs: 1000, untilMs: 3000, address: THERE }));
  assert.equal(arrived.length, DATAGRAMS - 2000);
  assert.ok(arrived.every(({ number }) => number < 1000 || number >= 3000));
});

test("a partition of another address changes nothing", () => {
  const arrived = arrivals({}, (network) => network.partition({ fromMs: 0, untilMs: 5000, address: "192.168.4.3" }));
  assert.equal(arrived.length, DATAGRAMS);
});

test("the interceptor loses the datagrams for which it returns false", () => {
  const arrived = arrivals({}, (network) => {
    network.intercept = ({ bytes }) => bytes[1] !== 7;
  });
  assert.ok(arrived.length < DATAGRAMS && arrived.every(({ number }) => (number & 0xff) !== 7));
});

test("a port is open from bind to unbind, and only one peer can have it", () => {
  const network = new SimulatedNetwork(new VirtualClock(), new SeededRandom(1));
  assert.equal(network.isBound(HERE, 69), false);
  assert.equal(
    network.bind(HERE, 69, () => {}),
    true,
  );
  assert.equal(
    network.bind(HERE, 69, () => {}),
    false,
  );
  assert.equal(network.isBound(HERE, 69), true);
  network.unbind(HERE, 69);
  assert.equal(network.isBound(HERE, 69), false);
});

test("a packet log of 0 entries is off, and the datagrams arrive all the same", () => {
  const clock = new VirtualClock();
  const log = new PacketLog(0);
  const network = new SimulatedNetwork(clock, new SeededRandom(1), {}, log);
  const before = log.digest;
  let arrived = 0;
  network.bind(THERE, 69, () => arrived++);
  network.send(HERE, 1000, THERE, 69, Uint8Array.of(1));
  network.log.note(0, "a remark");
  clock.step();
  assert.deepEqual([arrived, log.count, log.digest, String(log)], [1, 0, before, ""]);
});
