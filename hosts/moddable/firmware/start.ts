/** Starts the firmware (`lockstep-tftp/firmware`). */
import type { Directory } from "../storage/directory.js";
import type { UDPConstructor } from "../udp.js";
import type BootNetwork from "./boot-network.js";
import { servedFiles } from "./files.js";
import { Firmware } from "./firmware.js";
import type { PageModules } from "./page-modules.js";
import { readSettings } from "./settings.js";

/**
 * Starts the firmware, or prints on the console why it does not start.
 *
 * @param config `config` of the manifests, with the words of mcconfig.
 * @param directory the board's file system, or undefined if it has none.
 * @param pageModules undefined leaves the status page out.
 * @param Network undefined leaves the DHCP server out.
 */
export function startFirmware(
  config: Readonly<Record<string, unknown>>,
  io: UDPConstructor,
  directory: Directory | undefined,
  pageModules?: PageModules,
  Network?: typeof BootNetwork,
): void {
  try {
    const settings = readSettings(config);
    const bootNetwork = Network === undefined ? undefined : new Network(config);
    new Firmware(io, servedFiles(directory, settings.write), settings, pageModules, bootNetwork);
  } catch (error) {
    trace(`The TFTP server does not start: ${(error as Error).message}\n`);
  }
}
