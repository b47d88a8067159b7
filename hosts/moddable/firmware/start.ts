/** The firmware's start (`lockstep-tftp/firmware`). */
import type { Directory } from "../storage/directory.js";
import type { UDPConstructor } from "../udp.js";
import { servedFiles } from "./files.js";
import { Firmware } from "./firmware.js";
import type { PageModules } from "./page-modules.js";
import { readSettings } from "./settings.js";

/**
 * Starts, or says on the console why not.
 *
 * @param config the manifests' `config`, and the words of mcconfig.
 * @param directory the board's file system, or undefined when it has none.
 * @param pageModules undefined leaves the status page out.
 */
export function startFirmware(
  config: Readonly<Record<string, unknown>>,
  io: UDPConstructor,
  directory: Directory | undefined,
  pageModules?: PageModules,
): void {
  try {
    const settings = readSettings(config);
    new Firmware(io, servedFiles(directory, settings.uploads), settings, pageModules);
  } catch (error) {
    trace(`The TFTP server does not start: ${(error as Error).message}\n`);
  }
}
