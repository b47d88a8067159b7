/** Defects that the simulation has found, one test each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OPCODE_ACKNOWLEDGEMENT, type TransferView } from "lockstep-tftp/engine";
import {
  bytesOf,
  dataMessage,
  describeMessage,
  MemoryStorage,
  numberOf,
  opcodeOf,
  SeededRandom,
  Simulation,
  writeRequest,
} from "lockstep-tftp/simulated";
import { RawPeer } from "./raw-peer.js";
import { measureDownload } from "./throughput-table.js";

const ADDRESS = "192.168.4.2";

test("a write request repeated a second later with another tsize gets that size echoed", () => {
  const simulation = new Simulation({ storage: new MemoryStorage() });
  const peer = simulation.add((world) => new RawPeer(world, { address: ADDRESS, port: 2000 }));
  simulation.at(0, () => peer.request(writeRequest("up", ["tsize", "100"])));
  simulation.at(10, () => peer.request(writeRequest("up", ["tsize", "150"])));
  simulation.at(1010, () => peer.request(writeRequest("up", ["tsize", "200"])));
  simulation.run(1020);
  const heard = peer.heard.map(({ message }) => describeMessage(message));
  assert.deepEqual([...new Set(heard)], ['OACK "tsize" "100"', 'OACK "tsize" "200"']);
});

test("a finished upload lingers for a client that repeats only once a minute", () => {
  const simulation = new Simulation({ storage: new MemoryStorage() });
  let lost = 0;
  simulation.network.intercept = ({ bytes }) => {
    const isFirstAck = opcodeOf(bytes) === OPCODE_ACKNOWLEDGEMENT && numberOf(bytes) === 1 && lost++ === 0;
    return !isFirstAck;
  };
  const content = bytesOf("configuration");
  const options = { timeoutSeconds: 60, retryMs: 60_000 };
  const client = simulation.put({ address: ADDRESS, port: 2000, name: "up", content, ...options });
  simulation.run();
  assert.equal(client.state, "completed");
  assert.equal(lost, 2);
});

const HOUR_MS = 3_600_000;

test("a clock that goes back an hour does not make a transfer wait for an hour", () => {
  const simulation = new Simulation({ storage: new MemoryStorage() });
  const peer = simulation.add((world) => new RawPeer(world, { address: ADDRESS, port: 2000 }));
  // The server has been idle for an hour, so that nothing made it look at the clock.
  simulation.server.jumpClock(HOUR_MS);
  simulation.at(1, () => peer.request(writeRequest("up")));
  simulation.at(500, () => simulation.server.jumpClock(-HOUR_MS));
  simulation.run();
  assert.ok(peer.heard.length > 5, `the server sent ${peer.heard.length} messages`);
  assert.ok(simulation.nowMs < 60_000, `it took ${simulation.nowMs} ms`);
});

test("a clock that goes back an hour does not keep the slot of a finished upload", () => {
  const simulation = new Simulation({ storage: new MemoryStorage() });
  const content = bytesOf("configuration");
  simulation.put({ address: ADDRESS, port: 2000, name: "up", content });
  simulation.at(0.7, () => simulation.server.jumpClock(HOUR_MS));
  simulation.at(500, () => simulation.server.jumpClock(-HOUR_MS));
  simulation.run();
  assert.ok(simulation.nowMs < 60_000, `it took ${simulation.nowMs} ms`);
});

test("a window of 16 is faster than lock-step when a tenth of the datagrams is lost", () => {
  const lossPercent = 10;
  const roundTripMs = 5;
  const lockStep = measureDownload(lossPercent, roundTripMs, 1).durationMs;
  const windowed = measureDownload(lossPercent, roundTripMs, 16).durationMs;
  assert.ok(windowed < lockStep / 2, `${windowed} ms with a window, ${lockStep} ms in lock-step`);
});

test("a repeated ACK gives no sample of the round trip (Karn's rule)", () => {
  const roundTrips: number[] = [];
  const observer = {
    started: () => {},
    progressed: ({ roundTripMs }: TransferView) => roundTrips.push(roundTripMs),
    ended: () => {},
    refused: () => {},
  };
  const simulation = new Simulation({ storage: new MemoryStorage(), observer, network: { delayMs: 1 } });
  const peer = simulation.add((world) => new RawPeer(world, { address: ADDRESS, port: 2000 }));
  const block = new SeededRandom(1).bytes(512);
  simulation.at(0, () => peer.request(writeRequest("up")));
  simulation.at(3, () => peer.say(dataMessage(1, block)));
  // The ACK of block 1 is lost; the client sends the block again before the server's timer is due.
  simulation.network.intercept = () => simulation.nowMs !== 4;
  simulation.at(22, () => peer.say(dataMessage(1, block)));
  simulation.at(25, () => peer.say(dataMessage(2, block)));
  simulation.run();
  assert.deepEqual(
    peer.heard.slice(0, 3).map(({ message, atMs }) => [atMs, describeMessage(message)]),
    [
      [2, "ACK 0"],
      [24, "ACK 1"],
      [27, "ACK 2"],
    ],
  );
  assert.deepEqual(roundTrips, [3, 3]);
});
