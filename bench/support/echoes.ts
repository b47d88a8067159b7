/** The server on Node beside bare echoes, on Node and in C. */

import type { Scenario } from "./rounds.js";
import { LARGE_WINDOW } from "./scenarios.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, startCEcho, startEngine, startNodeEcho } from "./servers.js";

const ENGINE = "server";
const SINGLE_PORT = "server, single port";
export const NODE_EACH = "Node echo, a socket each";
const NODE_ONE = "Node echo, one socket";
const NODE_KEEPS = "Node echo that keeps files, one socket";
const NODE_KEEPS_EACH = "Node echo that keeps files, a socket each";
const C_ECHO = "C echo";
export const ECHO_PROCESSES = "Node echo, 2 processes";

/** A server, and what it is compared with. */
export const NODE_PAIRS = [
  [ENGINE, NODE_ONE],
  [ENGINE, NODE_EACH],
  [SINGLE_PORT, NODE_ONE],
] as const;
export const PAIRS = [...NODE_PAIRS, [C_ECHO, NODE_ONE]] as const;
/** Of uploads: what a file costs the system is in the echo as well. */
export const UPLOAD_PAIRS = [...NODE_PAIRS, [ENGINE, NODE_KEEPS_EACH], [SINGLE_PORT, NODE_KEEPS]] as const;

export function startNodeServers({ window, fileBytes }: Scenario, files: ServedFiles): Promise<BenchServer[]> {
  // The echoes grant every window.
  const options = { root: files.folder, maxWindowSize: LARGE_WINDOW.window, write: "overwrite" } as const;
  const file = files.pathOf(files.nameOf(fileBytes));
  return Promise.all([
    startEngine(ENGINE, options),
    startEngine(SINGLE_PORT, { ...options, singlePort: true }),
    startNodeEcho(NODE_EACH, file, window, "socket-each"),
    startNodeEcho(NODE_ONE, file, window, "one-socket"),
  ]);
}

/** The same, and echoes that keep what is uploaded. */
export async function startUploadServers(scenario: Scenario, files: ServedFiles): Promise<BenchServer[]> {
  const { window, fileBytes } = scenario;
  const file = files.pathOf(files.nameOf(fileBytes));
  return [
    ...(await startNodeServers(scenario, files)),
    await startNodeEcho(NODE_KEEPS_EACH, file, window, "socket-each", 1, files.folder),
    await startNodeEcho(NODE_KEEPS, file, window, "one-socket", 1, files.folder),
  ];
}

export async function startServers(scenario: Scenario, files: ServedFiles): Promise<BenchServer[]> {
  const file = files.pathOf(files.nameOf(scenario.fileBytes));
  return [...(await startNodeServers(scenario, files)), await startCEcho(C_ECHO, file, scenario.window)];
}

/** A bare echo of one process and one of two, with a socket for each transfer. */
export function startSharingEchoes({ window, fileBytes }: Scenario, files: ServedFiles): Promise<BenchServer[]> {
  const file = files.pathOf(files.nameOf(fileBytes));
  return Promise.all([
    startNodeEcho(NODE_EACH, file, window, "socket-each"),
    startNodeEcho(ECHO_PROCESSES, file, window, "socket-each", 2),
  ]);
}
