/** The desktop simulator: the computer's network is there already. */
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
