/** Times of the system's calls for an upload, as the server makes them. The rest of an upload is packets and the server's own work. */
import fs from "node:fs";
import path from "node:path";
import { table } from "./report.js";

const FILES = 2000;
/** An upload of 64 KiB. */
const WRITES = 8;
const PIECE = Buffer.alloc(8192, 1);

/** Microseconds for each upload, by step. */
export type FileSteps = Readonly<Record<string, number>>;

/** @param folder where files are made, and removed again. */
export function measureFileSteps(folder: string): FileSteps {
  const steps: Record<string, number> = {};
  const time = <Result>(step: string, call: () => Result): Result => {
    const start = process.hrtime.bigint();
    const result = call();
    steps[step] = (steps[step] ?? 0) + Number(process.hrtime.bigint() - start) / 1000 / FILES;
    return result;
  };
  for (let file = 0; file < FILES; file++) {
    makeFile(path.join(folder, `steps-${file}`), time);
  }
  return steps;
}

function makeFile(name: string, time: <Result>(step: string, call: () => Result) => Result): void {
  const temporary = `${name}.temporary`;
  const look = () => fs.lstatSync(name, { throwIfNoEntry: false });
  time("2 lstat: is there a file of this name", look);
  const folder = time("open the folder", () => fs.openSync(path.dirname(name), fs.constants.O_DIRECTORY));
  time("readlink: where the open folder lies", () => fs.readlinkSync(`/proc/self/fd/${folder}`, "buffer"));
  const file = time("open a new file", () => fs.openSync(temporary, "wx+"));
  time(`${WRITES} pwrite`, () => {
    for (let piece = 0; piece < WRITES; piece++) {
      fs.writeSync(file, PIECE, 0, PIECE.length, piece * PIECE.length);
    }
  });
  time("2 lstat: is there a file of this name", look);
  time("2 fsync, of the file and the folder", () => [fs.fsyncSync(file), fs.fsyncSync(folder)]);
  time("rename", () => fs.renameSync(temporary, name));
  time("2 close", () => [fs.closeSync(file), fs.closeSync(folder)]);
  fs.rmSync(name);
}

export function fileStepsTable(steps: FileSteps): string {
  const total = Object.values(steps).reduce((sum, us) => sum + us, 0);
  const rows = [...Object.entries(steps), ["all of these", total] as const];
  return table(
    ["system calls of an upload of 64 KiB", "microseconds"],
    rows.map(([step, us]) => [step, us.toFixed(1)]),
  );
}
