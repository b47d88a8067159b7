/** What servers are compared in. */
import type { Scenario } from "./rounds.js";

/** So large that the requests between the files do not count. */
const LARGE_FILE_BYTES = 4 * 2 ** 20;
/** So large that each of many clients is in the middle of its file. */
const MIDDLE_FILE_BYTES = 2 ** 18;
/** What a telephone or a switch asks for. */
const SMALL_FILE_BYTES = 200;

export const LOCK_STEP: Scenario = {
  name: "lock-step",
  clients: 1,
  window: 1,
  fileBytes: LARGE_FILE_BYTES,
  unit: "blocks",
};

export const WINDOWED: Scenario = { ...LOCK_STEP, name: "window of 16", window: 16 };

/** So many downloads in lock-step at once. In a shorter time each would do little more than begin. */
export function simultaneous(clients: number): Scenario {
  const name = `${clients} downloads at once`;
  return { name, clients, window: 1, fileBytes: MIDDLE_FILE_BYTES, unit: "blocks", minSeconds: 2 };
}

/** So many clients, each of which asks for one small file after the other. */
export function smallFiles(clients: number): Scenario {
  const name = `${SMALL_FILE_BYTES}-byte files, ${clients} ${clients === 1 ? "client" : "clients"}`;
  return { name, clients, window: 1, fileBytes: SMALL_FILE_BYTES, unit: "files" };
}
