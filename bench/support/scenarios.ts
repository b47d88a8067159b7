/** Scenarios of the comparisons. */
import type { Scenario } from "./rounds.js";

/** Large enough that requests between files do not matter. */
const LARGE_FILE_BYTES = 4 * 2 ** 20;
/** Large enough that each of many clients is in the middle of its file. */
const MIDDLE_FILE_BYTES = 2 ** 18;
const SMALL_FILE_BYTES = 200;
/** The largest upload; the other is as large as a configuration. */
const UPLOAD_BYTES = 16 * 2 ** 20;
const SMALL_UPLOAD_BYTES = 2 ** 16;
/** V8 compiles what happens once in a transfer for about five seconds of these loads, what happens in a block within one. */
const SHORT_TRANSFERS_WARM_UP_SECONDS = 6;

export const LOCK_STEP: Scenario = {
  name: "lock-step",
  clients: 1,
  window: 1,
  fileBytes: LARGE_FILE_BYTES,
  unit: "blocks",
};

export const WINDOWED: Scenario = { ...LOCK_STEP, name: "window of 16", window: 16 };
export const LARGE_WINDOW: Scenario = { ...LOCK_STEP, name: "window of 64", window: 64 };

/** Simultaneous lock-step downloads. A shorter round would measure little but their start. */
export function simultaneous(clients: number): Scenario {
  const name = `${clients} downloads at once`;
  return { name, clients, window: 1, fileBytes: MIDDLE_FILE_BYTES, unit: "blocks", minSeconds: 1 };
}

/**
 * Clients that each fetch one small file after the other: 200 bytes, or as large as a phone's configuration. Of larger files
 * blocks are counted, since the clients end theirs at about the same time, and few do in a round.
 */
export function smallFiles(clients: number, fileBytes = SMALL_FILE_BYTES): Scenario {
  const name = `${sizeName(fileBytes)} files, ${clientsName(clients)}`;
  const isSmall = fileBytes === SMALL_FILE_BYTES;
  const common = { name, clients, window: 1, fileBytes };
  return isSmall
    ? { ...common, unit: "files", warmUpSeconds: SHORT_TRANSFERS_WARM_UP_SECONDS }
    : { ...common, unit: "blocks", minSeconds: 0.5 };
}

/** Clients that each write one file after the other, large and small, in lock-step and in windows. */
export const UPLOADS: readonly Scenario[] = [
  [1, UPLOAD_BYTES],
  [1, SMALL_UPLOAD_BYTES],
  [64, SMALL_UPLOAD_BYTES],
].flatMap(([clients = 0, fileBytes = 0]) =>
  [1, 16].map((window): Scenario => {
    const how = window === 1 ? "lock-step" : `window of ${window}`;
    const name = `${sizeName(fileBytes)} uploads, ${clientsName(clients)}, ${how}`;
    const warmUp = fileBytes === SMALL_UPLOAD_BYTES ? { warmUpSeconds: SHORT_TRANSFERS_WARM_UP_SECONDS } : {};
    return { name, clients, window, fileBytes, unit: "blocks", upload: true, ...warmUp };
  }),
);

function clientsName(clients: number): string {
  return `${clients} ${clients === 1 ? "client" : "clients"}`;
}

function sizeName(bytes: number): string {
  return bytes < 1024 ? `${bytes}-byte` : bytes < 2 ** 20 ? `${bytes / 1024}-KiB` : `${bytes / 2 ** 20}-MiB`;
}
