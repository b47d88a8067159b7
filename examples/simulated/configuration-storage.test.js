/**
 * Tests the storage on a simulated network: no board, no sockets, no waiting. Run it with `node --test examples/simulated/`.
 *
 * A run ends with the seed and the packets when the engine or the storage breaks a rule.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CiscoPhone, Simulation, textOf } from "lockstep-tftp/simulated";
import { ConfigurationStorage } from "./configuration-storage.js";

const MAC = "001122334455";
const SEEDS = 100;

function phones() {
  return new ConfigurationStorage(new Map([[MAC, "Reception"]]));
}

test("a phone gets its configuration on a network that loses a tenth of the datagrams", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const simulation = new Simulation({ storage: phones(), seed, network: { delayMs: 2, lossPercent: 10 } });
    const phone = simulation.add((world) => new CiscoPhone(world, { address: "192.168.4.20", port: 2000, mac: MAC }));
    simulation.run();
    assert.equal(phone.state, "completed", `seed ${seed}: ${phone.reason}`);
    assert.equal(textOf(phone.content), "<device><name>Reception</name></device>\n");
  }
});

test("an unknown phone gets ERROR 1", () => {
  const simulation = new Simulation({ storage: phones() });
  const stranger = { address: "192.168.4.21", port: 2000, mac: "AABBCCDDEEFF" };
  const phone = simulation.add((world) => new CiscoPhone(world, stranger));
  simulation.run();
  assert.equal(phone.reason, "ERROR 1");
});

test("uploads are refused", () => {
  const simulation = new Simulation({ storage: phones() });
  const intruder = simulation.put({
    address: "192.168.4.66",
    port: 2000,
    name: `SEP${MAC}.cnf.xml`,
    content: new Uint8Array(100),
  });
  simulation.run();
  assert.equal(intruder.reason, "ERROR 2");
});
