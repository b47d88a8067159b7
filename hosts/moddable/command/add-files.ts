#!/usr/bin/env node
/** `lockstep-tftp-add-files`: puts a folder of files into the flash image of a board. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FIRMWARE_BYTES_ESTIMATED, FLASH_SIZES, type FlashSize, readPartitions } from "./flash.js";
import { filesIn } from "./folder.js";
import { parseOptions } from "./options.js";
import { archiveBytes, makeArchive } from "./tar-archive.js";
import { UserError } from "./user-error.js";

const HELP = `add-files: puts a folder of files into the firmware of a board

Usage:
  npx lockstep-tftp-add-files FOLDER [options]    where the package is installed
  npm run add-files -- FOLDER [options]           in a clone

Packs the files of FOLDER, with their names and folders, and writes what the
Moddable SDK needs to build them into the firmware.

  --flash SIZE   the board's flash: ${FLASH_SIZES.join(", ")} (default: 4MB)
  --to DIR       where to write (default: firmware)
  --quiet        print errors only

DIR gets files.tar, and files.json, a fragment for a manifest. A manifest.json
is written there unless one exists; it is yours to change.
`;

/** Folder of this package. */
const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const BOARD = "hosts/moddable";

/** npm runs scripts in the package's folder; paths are relative to the folder where the command was typed. */
const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env;
const TYPED_IN = script === "add-files" && typedIn !== undefined ? typedIn : process.cwd();

interface Command {
  readonly folder: string;
  readonly flash: FlashSize;
  readonly to: string;
  readonly say: (text: string) => void;
}

function parse(words: string[]): Command | undefined {
  const options = parseOptions(words);
  return options === undefined
    ? undefined
    : {
        folder: path.resolve(TYPED_IN, options.folder),
        flash: options.flash,
        to: path.resolve(TYPED_IN, options.to),
        say: options.isQuiet ? () => {} : console.log,
      };
}

function addFiles({ folder, flash, to, say }: Command): void {
  const { files, leftOut } = filesIn(folder);
  for (const name of leftOut) {
    say(`Left out, neither file nor folder: ${name}`);
  }
  if (files.length === 0) {
    throw new UserError(`There are no files in ${folder}`);
  }
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  say(roomFor(archiveBytes(files), count, flash));
  const archive = makeArchive(files);
  writing(to, () => {
    fs.mkdirSync(to, { recursive: true });
    fs.writeFileSync(path.join(to, "files.tar"), archive);
    writeManifests(to, flash);
  });
  const shown = path.relative(TYPED_IN, to) || ".";
  say(`Written: ${["files.tar", "files.json"].map((name) => path.join(shown, name)).join(", ")}
Build and flash:  cd ${shown} && mcconfig -d -m -p esp32`);
}

/**
 * @returns a table of the app partition's use.
 * @throws UserError if the files do not fit.
 */
function roomFor(filesBytes: number, count: string, flash: FlashSize): string {
  const table = path.join(PACKAGE, BOARD, "flash", flash.toLowerCase(), "partitions.csv");
  const { appBytes, storageBytes } = readPartitions(table);
  const left = appBytes - FIRMWARE_BYTES_ESTIMATED - filesBytes;
  if (left < 0) {
    throw new UserError(`The files do not fit into a board with ${flash} of flash.
${bytes(filesBytes)} for ${count}, packed
${bytes(filesBytes + left)} free beside the firmware
Leave files out, choose a larger flash, or put large files over TFTP into the
board's file system, which has ${number(storageBytes)} bytes (set write=new).`);
  }
  return `App partition of a board with ${flash} of flash:
${bytes(appBytes)} in total
${bytes(FIRMWARE_BYTES_ESTIMATED)} for the firmware (an estimate; the build prints the size)
${bytes(filesBytes)} for ${count}, packed
${bytes(left)} left`;
}

function bytes(count: number): string {
  return `${number(count).padStart(14)} bytes`;
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

/** Tells the user why nothing can be written, as the system says it. */
function writing(to: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UserError(`The files cannot be written to ${to}: ${(error as Error).message}; choose another --to`);
  }
}

function writeManifests(to: string, flash: FlashSize): void {
  const board = path.relative(to, path.join(PACKAGE, BOARD)).split(path.sep).join("/");
  writeJSON(path.join(to, "files.json"), {
    include: `${board}/flash_${flash.toLowerCase()}.json`,
    data: { "*": "./files.tar" },
  });
  const manifest = path.join(to, "manifest.json");
  if (!fs.existsSync(manifest)) {
    // The fragment comes first, so that the SDK's settings for a certain board override its settings for the flash.
    writeJSON(manifest, {
      include: ["./files.json", `${board}/manifest_firmware.json`],
      config: { accessPoint: "lockstep-tftp", write: "never" },
    });
  }
}

function writeJSON(file: string, contents: object): void {
  fs.writeFileSync(file, `${JSON.stringify(contents, null, 2)}\n`);
}

try {
  const command = parse(process.argv.slice(2));
  if (command === undefined) {
    console.log(HELP);
  } else {
    addFiles(command);
  }
} catch (error) {
  if (!(error instanceof UserError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
