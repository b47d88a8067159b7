/** An ESP32 with Wi-Fi: an access point, or a station in another network. */
import WiFi from "embedded:network/interface/wifi";
import { startAccessPoint } from "./access-point.js";
import { ESP32 } from "./esp32.js";
import { Link } from "./link.js";
import type { Board, NetworkListener } from "./network.js";
import type { Settings } from "./settings.js";

export default class WiFiBoard extends ESP32 implements Board {
  startNetwork(settings: Settings, listener: NetworkListener): void {
    if (settings.station === undefined) {
      startAccessPoint(this.native, settings, listener);
      return;
    }
    const { ssid, password } = settings.station;
    const options = password === "" ? { SSID: ssid } : { SSID: ssid, password };
    listener.say(`Joining the network "${ssid}"`);
    new Link(WiFi, options, settings.staticAddress, true, listener);
  }
}
