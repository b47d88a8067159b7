/** The desktop simulator: the network of the computer is up already. */
import type { Board, NetworkListener } from "./network.js";
import type { Settings } from "./settings.js";

export default class SimulatorBoard implements Board {
  startNetwork(_settings: Settings, listener: NetworkListener): void {
    listener.up("127.0.0.1", undefined);
  }

  freeMemoryBytes(): number {
    return Number.POSITIVE_INFINITY;
  }
}
