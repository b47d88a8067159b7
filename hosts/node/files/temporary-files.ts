/**
 * Temporary names of uploads. A name tells the process of the upload and where this process runs: two machines or
 * containers may serve one folder, and both servers may be process 1 there.
 */
import fs from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import path from "node:path";
import { cryptography } from "../runtime/rare-modules.js";

/**
 * `.tftp-upload-PLACE-PROCESS-RANDOM`: hidden, never served, and recognised when it is left over. Matched in any case: a
 * storage that ignores case would find the file by capital letters too.
 */
const TEMPORARY_NAME = /^\.tftp-upload-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/i;
const PLACE_CHARACTERS = 8;
/** Eight hexadecimal digits. */
const RANDOM_HALF = 2 ** 32;
/** Detail of a refusal. */
export const KEPT_FOR_UPLOADS = ": it is kept for unfinished uploads";

/** Linux names each start of the machine here. Two machines may have the same host name. */
const BOOT = "/proc/sys/kernel/random/boot_id";
/** Linux names the space in which process numbers are counted here. It differs for each container. */
const PROCESS_NUMBERS_OF = "/proc/self/ns/pid";

/** Names of this thread's running uploads. */
const underWay = new Set<string>();

/** Whether a name, which may contain folders, is a temporary name. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(path.basename(name));
}

export function newTemporaryName(): string {
  return `.tftp-upload-${processPlace()}-${process.pid}-${randomHalf()}${randomHalf()}`;
}

/** Half of the random digits. Node has random integers in stock, and asks the system for the bytes of each call. */
function randomHalf(): string {
  return cryptography().randomInt(RANDOM_HALF).toString(16).padStart(8, "0");
}

/** Keeps the file of this name from being removed. */
export function beginUpload(temporaryName: string): void {
  underWay.add(temporaryName);
}

export function endUpload(temporaryName: string): void {
  underWay.delete(temporaryName);
}

/**
 * What is known of the writer of a temporary file. `unknown` are those of other machines and containers, of earlier starts
 * of this machine, and of processes whose number is in use: it may be another process by now, or another thread.
 */
export type Writer = "running" | "ended" | "unknown";

/** Returns undefined if the name is not that of a temporary file. */
export function writerOf(name: string): Writer | undefined {
  const [match, place, owner] = TEMPORARY_NAME.exec(name) ?? [];
  if (match === undefined) {
    return undefined;
  }
  if (underWay.has(name)) {
    return "running";
  }
  return place === processPlace() && !isRunning(Number(owner)) ? "ended" : "unknown";
}

let place: string | undefined;

/** Identifies the space in which process numbers are counted, until the machine starts again. */
function processPlace(): string {
  place ??= cryptography()
    .createHash("sha256")
    .update(`${hostname()} ${machineStart()} ${processNumbersOf()}`)
    .digest("hex")
    .slice(0, PLACE_CHARACTERS);
  return place;
}

/** Where the system does not name its start, or hides it from a service, the addresses of network cards must do. */
function machineStart(): string {
  try {
    return fs.readFileSync(BOOT, "latin1");
  } catch {
    const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ mac }) => mac));
    return [...new Set(cards)].sort().join(" ");
  }
}

function processNumbersOf(): string {
  try {
    return fs.readlinkSync(PROCESS_NUMBERS_OF);
  } catch {
    return "";
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
