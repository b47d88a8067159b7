/** DHCP in simulated networks: models of devices, loss, crowds, another server, a clock that jumps; every message is checked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DevicePlan,
  type DhcpScenario,
  dhcpScenarioOf,
  runDhcpScenario,
  SimulationFailure,
} from "lockstep-tftp/simulated";

const SEEDS = 200;
const SHARDS = 4;
const SERVES_AT_MS = 6000;
const DEVICES = [
  "routerboot bootp",
  "routerboot dhcp",
  "u-boot bootp",
  "u-boot dhcp",
  "pxe bios",
  "uefi",
  "ipxe",
  "raspberry pi",
  "cisco phone",
  "polycom phone",
  "switch",
  "linux",
];

function device(model: string, number: number): DevicePlan {
  return { model, number, startMs: SERVES_AT_MS + number, habit: "stays", afterMs: 0 };
}

/** All devices are to boot, with 5 % loss, duplicates and late datagrams. */
const GENTLE: DhcpScenario = {
  seed: 1,
  isGentle: true,
  network: { lossPercent: 5, duplicatePercent: 10, reorderPercent: 10 },
  addresses: 64,
  leaseSeconds: 3600,
  probes: true,
  devices: DEVICES.map(device),
  hasSquatter: false,
  clockJumps: [],
  garbage: 0,
};

for (let shard = 0; shard < SHARDS; shard++) {
  const first = 1 + (shard * SEEDS) / SHARDS;
  const last = first + SEEDS / SHARDS - 1;
  test(`no rule is broken in the scenarios of DHCP of seeds ${first} to ${last}`, () => {
    let answers = 0;
    for (let seed = first; seed <= last; seed++) {
      answers += runDhcpScenario(dhcpScenarioOf(seed)).answers;
    }
    assert.ok(answers > 10 * (last - first), `only ${answers} answers`);
  });
}

test("each kind of device gets its address and what it needs, with 5 % loss", () => {
  for (let seed = 1; seed <= 10; seed++) {
    assert.equal(runDhcpScenario({ ...GENTLE, seed }).booted, DEVICES.length);
  }
});

test("50 clients at once for 16 addresses: 16 get one", () => {
  const devices = Array.from({ length: 50 }, (_, number) => device("switch", number));
  const crowd = { ...GENTLE, isGentle: false, addresses: 16, devices };
  assert.equal(runDhcpScenario(crowd).booted, 16);
});

test("an address that is kept for a device is for it alone, with 5 % loss and the range full", () => {
  const fixed = new Map([
    [3, "192.168.88.50"],
    [7, "192.168.88.100"],
    [45, "192.168.88.51"],
  ]);
  const devices = Array.from({ length: 50 }, (_, number): DevicePlan => {
    const fixedAddress = fixed.get(number);
    // The first ones ask for the address that is kept for another.
    const former = number < 10 ? { formerAddress: "192.168.88.50" } : {};
    return { ...device("switch", number), ...former, ...(fixedAddress === undefined ? {} : { fixedAddress }) };
  });
  for (let seed = 1; seed <= 5; seed++) {
    // 15 of the range are left for others.
    assert.equal(runDhcpScenario({ ...GENTLE, seed, isGentle: false, addresses: 16, devices }).booted, 18);
  }
});

test("nothing comes of what a relay agent hands on", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const alone = runDhcpScenario({ ...GENTLE, seed });
    const relayed = runDhcpScenario({ ...GENTLE, seed, hasRelay: true });
    assert.equal(relayed.booted, DEVICES.length);
    assert.ok(
      relayed.datagrams > alone.datagrams + 2 * DEVICES.length,
      `${relayed.datagrams} datagrams, ${alone.datagrams} without`,
    );
  }
});

test("two clients for the last address: one gets it", () => {
  const devices = [device("linux", 1), device("uefi", 2)];
  assert.equal(runDhcpScenario({ ...GENTLE, isGentle: false, addresses: 1, devices }).booted, 1);
});

test("a second server that appears silences this one, whose clients keep what they have", () => {
  const summary = runDhcpScenario({ ...GENTLE, isGentle: false, rivalAtMs: 60_000 });
  assert.equal(summary.booted, DEVICES.length);
});

test("a scenario of DHCP that runs again is the same to the last packet", () => {
  for (let seed = 1; seed <= 5; seed++) {
    assert.deepEqual(runDhcpScenario(dhcpScenarioOf(seed)), runDhcpScenario(dhcpScenarioOf(seed)));
  }
  const digests = [1, 2, 3, 4, 5].map((seed) => runDhcpScenario(dhcpScenarioOf(seed)).digest);
  assert.equal(new Set(digests).size, digests.length);
});

test("a device that cannot boot fails its scenario, with the seed and the packets", () => {
  const short = { ...GENTLE, seed: 7, addresses: 1, devices: [device("linux", 1), device("linux", 2)] };
  assert.throws(
    () => runDhcpScenario(short),
    (error) => error instanceof SimulationFailure && /had 0 addresses.*Seed 7.*DISCOVER/s.test(error.message),
  );
});
