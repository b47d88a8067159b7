/** The desktop simulator: the network of the computer is up already, and `address` names one of its interfaces. */
import type { Board, NetworkListener } from "./network.js";
import type { Settings } from "./settings.js";

export default class SimulatorBoard implements Board {
  startNetwork({ staticAddress }: Settings, listener: NetworkListener): void {
    listener.up(staticAddress?.address ?? "127.0.0.1", staticAddress?.netmask);
  }

  freeMemoryBytes(): number {
    return Number.POSITIVE_INFINITY;
  }
}
