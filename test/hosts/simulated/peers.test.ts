/** Each model of a real client behaves like the real one, and gets its file from this server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTCOME_DECLINED } from "lockstep-tftp/engine";
import {
  CiscoPhone,
  describeMessage,
  Edk2,
  equalBytes,
  type GetClient,
  Grub,
  IPxe,
  MemoryStorage,
  type NetworkConditions,
  RaspberryPiRom,
  raspberryPiProbes,
  SeededRandom,
  type SimulatedWorld,
  Simulation,
  UBoot,
} from "lockstep-tftp/simulated";

const FILE = new SeededRandom(1).bytes(2000);
const PLACE = { address: "192.168.4.2", port: 2000, name: "file" };

interface Stage<Kind> {
  readonly simulation: Simulation;
  readonly peer: Kind;
  /** The messages that the peer sent, as text, each with its port. */
  readonly said: string[];
}

function played<Kind extends GetClient>(
  make: (world: SimulatedWorld) => Kind,
  network: NetworkConditions = {},
  lose: (text: string, count: number) => boolean = () => false,
): Stage<Kind> {
  const storage = new MemoryStorage();
  for (const name of ["file", "XmlDefault.cnf.xml", "config.txt"]) {
    storage.set(name, FILE);
  }
  const simulation = new Simulation({ storage, network });
  const said: string[] = [];
  let count = 0;
  simulation.network.intercept = ({ fromAddress, fromPort, bytes }) => {
    const text = describeMessage(bytes);
    if (fromAddress === PLACE.address) {
      said.push(`${fromPort} ${text}`);
    }
    return !lose(text, count++);
  };
  const peer = simulation.add(make);
  simulation.run();
  return { simulation, peer, said };
}

function assertHasFile(peer: GetClient): void {
  assert.equal(peer.state, "completed", peer.reason);
  assert.ok(equalBytes(peer.content, FILE));
}

test("U-Boot asks with its options, and gets its file", () => {
  const { peer, said } = played((world) => new UBoot(world, PLACE));
  assertHasFile(peer);
  assert.equal(said[0], '2000 RRQ "file" "octet" "blksize" "1468" "timeout" "5" "tsize" "0"');
});

test("U-Boot does not acknowledge a repeated block: its timer repeats the ACK after five seconds", () => {
  let lost = 0;
  const { peer, said } = played(
    (world) => new UBoot(world, PLACE),
    {},
    (text) => text === "ACK 2" && lost++ === 0,
  );
  assertHasFile(peer);
  assert.equal(said.filter((text) => text.endsWith("ACK 2")).length, 2);
  assert.ok(peer.endedAtMs > 5000 && peer.endedAtMs < 5100, `${peer.endedAtMs} ms`);
});

test("iPXE asks for the size only, and ends with ERROR 0: a normal end", () => {
  const { simulation, said } = played((world) => new IPxe(world, { ...PLACE, wantsSizeOnly: true }));
  assert.deepEqual(said, ['1024 RRQ "file" "octet" "blksize" "1432" "tsize" "0"', '1024 ERROR 0 "TFTP Aborted"']);
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_DECLINED, 1]]);
});

test("iPXE acknowledges every DATA, and the server sends no block twice for that", () => {
  const { peer, simulation, said } = played((world) => new IPxe(world, PLACE), { duplicatePercent: 100 });
  assertHasFile(peer);
  assert.ok(said.filter((text) => text.includes("ACK")).length >= 2 * 3);
  assert.equal(simulation.server.retransmissions, 0);
});

test("EDK2 asks for the size, ends with ERROR 8, and asks again from the next port", () => {
  const { peer, simulation, said } = played((world) => new Edk2(world, PLACE));
  assertHasFile(peer);
  assert.equal(peer.toldSizeBytes, FILE.length);
  assert.deepEqual(said.slice(0, 3), [
    '2000 RRQ "file" "octet" "tsize" "0" "blksize" "1468" "windowsize" "4"',
    '2000 ERROR 8 "User aborted the transfer"',
    '2001 RRQ "file" "octet" "blksize" "1468" "windowsize" "4"',
  ]);
  assert.equal(simulation.server.outcomes.get(OUTCOME_DECLINED), 1);
});

test("GRUB repeats nothing after the OACK: the server does", () => {
  let lost = 0;
  const { peer, said } = played(
    (world) => new Grub(world, PLACE),
    {},
    (text) => text === "ACK 1" && lost++ === 0,
  );
  assertHasFile(peer);
  assert.equal(said[0], '2000 RRQ "/file" "octet" "blksize" "1024" "tsize" "0"');
  assert.equal(lost, 2);
});

test("GRUB closes a file before its end", () => {
  const { simulation, said } = played((world) => new Grub(world, { ...PLACE, closesAfterBlock: 2 }));
  assert.equal(said.at(-1), '2000 ERROR 0 "closed"');
  assert.equal(simulation.server.engine.used, 0);
});

test("the Raspberry Pi's ROM doubles its request, and gets one transfer", () => {
  const { peer, simulation, said } = played((world) => new RaspberryPiRom(world, PLACE), { delayMs: 10 });
  assertHasFile(peer);
  const requests = said.filter((text) => text.includes("RRQ"));
  assert.ok(requests.length > 1 && requests.every((text) => text === '2000 RRQ "file" "octet"'), requests.join());
  assert.equal(simulation.server.started, 1);
});

test("the Raspberry Pi's second loader asks for many names at once and gets the one that exists", () => {
  const storage = new MemoryStorage();
  storage.set("config.txt", FILE);
  const simulation = new Simulation({ storage });
  const names = ["start4.elf", "start.elf", "config.txt", "recover4.elf"];
  const probes = raspberryPiProbes(simulation.world(), PLACE, names);
  simulation.run();
  assert.deepEqual(
    probes.map(({ state }) => (state === "refused" ? state : "answered")),
    ["refused", "refused", "answered", "refused"],
  );
});

test("a Cisco phone asks for its files one after another", () => {
  const { peer, said } = played((world) => new CiscoPhone(world, { ...PLACE, mac: "001122334455" }));
  assertHasFile(peer);
  assert.equal(peer.fileName, "XmlDefault.cnf.xml");
  assert.deepEqual(
    said.filter((text) => text.includes("RRQ")).map((text) => text.split('"')[1]),
    [
      ...new Array(4).fill("CTLSEP001122334455.tlv"),
      "ITLSEP001122334455.tlv",
      "ITLFile.tlv",
      "SEP001122334455.cnf.xml",
      "XmlDefault.cnf.xml",
    ],
  );
});

test("a client that vanishes sends nothing more, and its slot comes free", () => {
  const { peer, simulation } = played((world) => new Grub(world, { ...PLACE, vanishesAfter: 2 }));
  assert.equal(peer.state, "vanished");
  assert.equal(simulation.server.engine.used, 0);
});

test("a client that restarts from the same port gets its file", () => {
  const { peer, simulation } = played((world) => new UBoot(world, { ...PLACE, restartsAfter: 3 }));
  assertHasFile(peer);
  assert.equal(simulation.server.started, 2);
});

test("two clients with one address do not disturb each other", () => {
  const storage = new MemoryStorage();
  storage.set("file", FILE);
  const simulation = new Simulation({ storage, singlePort: true, network: { lossPercent: 5 } });
  const one = simulation.get(PLACE);
  const other = simulation.get({ ...PLACE, port: 2001 });
  simulation.run();
  assertHasFile(one);
  assertHasFile(other);
});
