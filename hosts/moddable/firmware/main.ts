/**
 * The firmware's main module. It is the only one that is not preloaded: the board's file system is mounted when its
 * module is loaded, which preloading would do on the computer that builds the firmware.
 */
import UDP from "embedded:io/socket/udp";
import config from "mc/config";
import { startFirmware } from "./start.js";

// A board without a storage partition has no file system, nor has the simulator on Windows.
import("embedded:storage/files").then(
  (files) => startFirmware(config, UDP, files.default),
  (error) => {
    trace(`No file system: ${error.message}\n`);
    startFirmware(config, UDP, undefined);
  },
);
