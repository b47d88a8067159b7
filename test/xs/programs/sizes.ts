/** Engines with pools of different sizes, kept alive so that the heap can be measured. */
import { Server } from "lockstep-tftp/engine";
import { CountingTransport, EndlessFile, OneFileStorage } from "./shared/workbench.js";

const transport = new CountingTransport();
const storage = new OneFileStorage(new EndlessFile());
const servers: (Server | null)[] = [];

/** Reserves the array, so that later only the engine is measured. */
export function prepare(): number {
  return servers.push(null, null, null, null);
}

export function construct(place: number, maxTransfers: number): void {
  servers[place] = new Server(transport, storage, { maxTransfers });
}
