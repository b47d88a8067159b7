/** Runs the command line as a person or a supervisor does. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { CLI, type Ended, run } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import type { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export const CONTENT = seededBytes(1, 100 * 512 + 1);
export const NAME = "file.bin";

export function folderWithFile(test: TestContext): string {
  const root = temporaryFolder(test);
  writeFileSync(path.join(root, NAME), CONTENT);
  return root;
}

export function commandLine(...args: string[]): Promise<Ended> {
  return run(process.execPath, [CLI, ...args]);
}

/** A failure is one line on standard error, and exit code 1. */
export function assertFailure({ code, stdout, stderr }: Ended, pattern: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^lockstep-tftp: [^\n]*\n$/);
  assert.match(stderr, pattern);
}

/** Starts a download that pauses in its middle until `resume` is called. */
export async function startPausedDownload(test: TestContext, server: ServerProcess) {
  const events = new EventEmitter();
  const client = new AbortController();
  test.after(() => client.abort());
  const middle = once(events, "middle");
  const step = async (blocks: number): Promise<void> => {
    if (blocks === 3) {
      events.emit("middle");
      await once(events, "resume", { signal: client.signal });
    }
  };
  const download = fetchFile(NAME, { port: server.port, step, signal: client.signal });
  // A test that awaits the download sees its failure; for the others it does not matter.
  download.catch(() => {});
  await middle;
  return { download, resume: () => events.emit("resume") };
}
