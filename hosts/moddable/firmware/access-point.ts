/**
 * Starts the board as an access point.
 *
 * The SDK has no call for the access point's address, which is ESP-IDF's default, nor for its DHCP server. A few lines of C set
 * the one and stop the other (native/lockstep-access-point.c); the manifest links them through the SDK's foreign function interface.
 */
import type FFI from "mc/ffi";
import Timer from "timer";
import WiFi from "wifi";
import type { NetworkListener } from "./network.js";
import type { Settings } from "./settings.js";
import { every } from "./timers.js";

/** ESP-IDF's defaults. */
const ADDRESS_OF_ESP_IDF = "192.168.4.1";
const NETMASK_OF_ESP_IDF = "255.255.255.0";

/** The access point comes up in another task, within a fraction of a second. */
const LOOK_AGAIN_MS = 250;
const MAX_LOOKS = 40;

export function startAccessPoint(
  native: FFI,
  { accessPoint, staticAddress }: Settings,
  listener: NetworkListener,
): void {
  const { ssid, password, channel } = accessPoint;
  WiFi.accessPoint(password === "" ? { ssid, channel } : { ssid, password, channel });
  listener.say(`Access point "${ssid}", channel ${channel}, ${password === "" ? "open" : "with a password"}`);
  if (staticAddress === undefined && !listener.givesAddresses) {
    listener.up(ADDRESS_OF_ESP_IDF, NETMASK_OF_ESP_IDF);
    return;
  }
  const { address, netmask } = staticAddress ?? { address: ADDRESS_OF_ESP_IDF, netmask: NETMASK_OF_ESP_IDF };
  const isServedByEspIdf = listener.givesAddresses ? 0 : 1;
  let looks = 0;
  const setAddress = (timer: Timer) => {
    const error = native.set_access_point_address(address, netmask, isServedByEspIdf);
    if (error !== 0 && ++looks < MAX_LOOKS) {
      return;
    }
    Timer.clear(timer);
    if (error === 0) {
      listener.up(address, netmask);
    } else {
      listener.say(`The access point does not take the address ${address} (error ${error} of ESP-IDF)`);
      listener.up(ADDRESS_OF_ESP_IDF, NETMASK_OF_ESP_IDF);
    }
  };
  every(LOOK_AGAIN_MS, setAddress, listener);
}
