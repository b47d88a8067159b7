/** A simulated server, and a peer that sends it the packets of a defect. */
import assert from "node:assert/strict";
import { NOT_FOUND, type ServerOptions, type Storage } from "lockstep-tftp/engine";
import {
  bytesOf,
  describeMessage,
  MemoryStorage,
  readRequest,
  Simulation,
  writeRequest,
} from "lockstep-tftp/simulated";
import { RawPeer } from "../hosts/simulated/raw-peer.js";

export const FILE = new Uint8Array(700).fill(0x61);
export const OLD = bytesOf("the old configuration");

/** A simulation with one peer, which does only what a test says. */
interface Stage {
  readonly simulation: Simulation;
  readonly peer: RawPeer;
  readonly storage: MemoryStorage;
  /** The answers so far, as text. */
  readonly answers: () => string[];
}

export function stage(options: Partial<ServerOptions> = {}, port = 2000): Stage {
  const storage = new MemoryStorage();
  storage.set("file", FILE);
  storage.set("old", OLD);
  const simulation = new Simulation({ storage, ...options });
  const peer = simulation.add((world) => new RawPeer(world, { address: "192.168.4.2", port }));
  return { simulation, peer, storage, answers: () => peer.heard.map(({ message }) => describeMessage(message)) };
}

/** Sends one message to the listening port, and runs until the server is idle again. Returns the answers as text. */
export function answersTo(message: Uint8Array, options: Partial<ServerOptions> = {}, port = 2000): string[] {
  const { simulation, peer, answers } = stage(options, port);
  simulation.at(0, () => peer.request(message));
  simulation.run();
  return answers();
}

/** A request for this name, read or write, is refused before the storage is asked. */
export function assertNotLookedUp(name: string): void {
  const asked: string[] = [];
  const noted = (opened: string): number => {
    asked.push(opened);
    return NOT_FOUND;
  };
  const storage: Storage = { openForReading: noted, openForWriting: noted };
  const simulation = new Simulation({ storage });
  const peer = simulation.add((world) => new RawPeer(world, { address: "192.168.4.2", port: 2000 }));
  simulation.at(0, () => peer.request(readRequest(name)));
  simulation.at(5, () => peer.request(writeRequest(name)));
  simulation.run();
  assert.deepEqual(asked, []);
  assert.deepEqual(
    peer.heard.map(({ message }) => describeMessage(message)),
    ['ERROR 2 "Access violation"', 'ERROR 2 "Access violation"'],
  );
}
