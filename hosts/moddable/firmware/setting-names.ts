/** The names of the firmware's settings, and the ones that a misspelt name probably stands for. */
import { differingLetter } from "../../common/one-letter.js";

/** Those of DHCP included. */
const NAMES: readonly string[] = Object.freeze([
  "accessPoint",
  "accessPointPassword",
  "address",
  "answerBroadcast",
  "boot",
  "channel",
  "dhcp",
  "domainName",
  "fixed",
  "leaseSeconds",
  "log",
  "maxSizeBytes",
  "maxTransfers",
  "maxWindowSize",
  "nameServers",
  "netmask",
  "password",
  "port",
  "routers",
  "singlePort",
  "ssid",
  "statusPage",
  "timeServers",
  "write",
]);

/** Settings that had other names before the first release: ignored, they would change what a board allows. */
const FORMER_NAMES: Readonly<Record<string, string>> = Object.freeze({
  uploads: "write",
  transfers: "maxTransfers",
  window: "maxWindowSize",
  uploadBytesMax: "maxSizeBytes",
});

/**
 * Refuses names that are nearly those of settings. Others may belong to the SDK, or to other modules of the app: `config` is
 * common to all.
 *
 * @throws RangeError that says which name is right.
 */
export function checkNames(config: Readonly<Record<string, unknown>>): void {
  for (const former of Object.keys(FORMER_NAMES)) {
    if (config[former] !== undefined) {
      throw new RangeError(`${former} is now called ${FORMER_NAMES[former]}`);
    }
  }
  for (const key of Object.keys(config)) {
    const name = NAMES.includes(key) ? undefined : nearSetting(plain(key));
    if (name !== undefined) {
      throw new RangeError(`${key} is no setting; write ${name}`);
    }
  }
}

function nearSetting(key: string): string | undefined {
  return NAMES.find((name) => plain(name) === key || differingLetter(plain(name), key) >= 0);
}

/** A name without its upper case and hyphens: `max-transfers` is the name on Node. */
function plain(name: string): string {
  return name.toLowerCase().split("-").join("");
}
