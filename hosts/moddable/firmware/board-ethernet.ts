/** An ESP32 with Ethernet. */
import Ethernet from "embedded:network/interface/ethernet";
import { ESP32 } from "./esp32.js";
import { Link } from "./link.js";
import type { Board, NetworkListener } from "./network.js";
import type { Settings } from "./settings.js";

export default class EthernetBoard extends ESP32 implements Board {
  startNetwork({ staticAddress }: Settings, listener: NetworkListener): void {
    listener.say(staticAddress === undefined ? "Waiting for Ethernet and an address" : "Waiting for Ethernet");
    new Link(Ethernet, undefined, staticAddress, false, listener);
  }
}
