/**
 * Main module of the firmware, and the only one that is not preloaded: loading the SDK's module of the file system mounts it,
 * which preloading would do on the computer that builds the firmware.
 */
import config from "mc/config";
import type { Directory } from "../storage/directory.js";
import type { UDPConstructor } from "../udp.js";
import type BootNetwork from "./boot-network.js";
import type { PageModules } from "./page-modules.js";
import { startFirmware } from "./start.js";

/** The project's own, unless `manifest_sdk_udp.json` has left it out. */
async function udp(): Promise<UDPConstructor> {
  try {
    return (await import("lockstep-tftp/udp")).default;
  } catch {
    return (await import("embedded:io/socket/udp")).default;
  }
}

/** Undefined on a board without a storage partition, and in the simulator on Windows. */
async function fileSystem(): Promise<Directory | undefined> {
  try {
    return (await import("embedded:storage/files")).default;
  } catch (error) {
    trace(`No file system: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** Undefined unless the status page is turned on. Without its manifest the page takes no flash. */
async function pageModules(): Promise<PageModules | undefined> {
  const { statusPage } = config;
  if (statusPage === undefined) {
    return undefined;
  }
  try {
    const { default: StatusPage, TransferRecords } = await import("lockstep-tftp/status-page");
    const { default: Listener } = await import("embedded:io/socket/listener");
    return { StatusPage, TransferRecords, Listener };
  } catch (error) {
    trace(`No status page: ${(error as Error).message}; include manifest_status_page.json in the manifest\n`);
    return undefined;
  }
}

/** Undefined unless addresses are to be given. Without its manifest the DHCP server takes no flash. */
async function bootNetwork(): Promise<typeof BootNetwork | undefined> {
  const { dhcp } = config;
  if (dhcp === undefined) {
    return undefined;
  }
  try {
    return (await import("lockstep-tftp/firmware-dhcp")).default;
  } catch (error) {
    trace(`No DHCP: ${(error as Error).message}; include manifest_firmware_dhcp.json in the manifest\n`);
    return undefined;
  }
}

async function start(): Promise<void> {
  startFirmware(config, await udp(), await fileSystem(), await pageModules(), await bootNetwork());
}

start();
