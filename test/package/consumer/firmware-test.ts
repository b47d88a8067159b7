/**
 * Tests of a firmware that use the engine and the simulated network, in strict TypeScript without the types of Node. Compiled
 * in a project that has installed the package.
 */
import {
  FIRST_LISTENER,
  type Observer,
  OUTCOME_COMPLETED,
  type Outcome,
  Server,
  type Transport,
} from "lockstep-tftp/engine";
import { Client, NO_SLOT } from "lockstep-tftp/engine/client";
import { bytesOf, MemoryStorage, Simulation, textOf } from "lockstep-tftp/simulated";

function greetingStorage(): MemoryStorage {
  const storage = new MemoryStorage();
  storage.set("greeting", bytesOf("Hello"));
  return storage;
}

/** Content that a client of the simulated network fetches. */
export function fetchedOverSimulatedNetwork(): string {
  const simulation = new Simulation({ storage: greetingStorage(), seed: 1, network: { lossPercent: 10 } });
  const client = simulation.get({ address: "192.168.4.20", port: 2000, name: "greeting" });
  simulation.run();
  return textOf(client.content);
}

/** Whether the engine completes a transfer whose only block is acknowledged. */
export function endsWellInTheEngine(): boolean {
  const outcomes: Outcome[] = [];
  const transport: Transport = { send: () => {}, open: () => true, close: () => {} };
  const observer: Observer = {
    started: () => {},
    progressed: () => {},
    ended: (_transfer, outcome) => outcomes.push(outcome),
    refused: () => {},
  };
  const server = new Server(transport, greetingStorage(), { maxTransfers: 1 }, observer);
  const request = bytesOf("\0\x01greeting\0octet\0");
  server.request(new DataView(request.buffer), request.length, FIRST_LISTENER, "client", 2000, 0);
  const acknowledgement = bytesOf("\0\x04\0\x01");
  server.receive(new DataView(acknowledgement.buffer), acknowledgement.length, 0, "client", 2000, 1);
  return outcomes.length === 1 && outcomes[0] === OUTCOME_COMPLETED;
}

/** Whether the engine's client requests a file in one message. */
export function asksForAFile(): boolean {
  const sent: string[] = [];
  const transport: Transport = {
    send: (packet, length) => sent.push(textOf(packet.slice(0, length))),
    open: () => true,
    close: () => {},
  };
  const client = new Client(transport);
  const file = { write: () => 0, commit: () => 0, close: () => {} };
  return client.get({ name: "greeting" }, file, "server", 69, 0) !== NO_SLOT && sent.length === 1;
}
