/** Scenarios of the comparisons. */
import type { Scenario } from "./rounds.js";

/** Large enough that requests between files do not matter. */
const LARGE_FILE_BYTES = 4 * 2 ** 20;
/** Large enough that each of many clients is in the middle of its file. */
const MIDDLE_FILE_BYTES = 2 ** 18;
/** The size of a phone's or a switch's configuration. */
const SMALL_FILE_BYTES = 200;

export const LOCK_STEP: Scenario = {
  name: "lock-step",
  clients: 1,
  window: 1,
  fileBytes: LARGE_FILE_BYTES,
  unit: "blocks",
};

export const WINDOWED: Scenario = { ...LOCK_STEP, name: "window of 16", window: 16 };

/** Simultaneous lock-step downloads. A shorter round would measure little but their start. */
export function simultaneous(clients: number): Scenario {
  const name = `${clients} downloads at once`;
  return { name, clients, window: 1, fileBytes: MIDDLE_FILE_BYTES, unit: "blocks", minSeconds: 2 };
}

/** Clients that each fetch one small file after the other. */
export function smallFiles(clients: number): Scenario {
  const name = `${SMALL_FILE_BYTES}-byte files, ${clients} ${clients === 1 ? "client" : "clients"}`;
  return { name, clients, window: 1, fileBytes: SMALL_FILE_BYTES, unit: "files" };
}
