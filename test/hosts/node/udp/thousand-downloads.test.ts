/** A thousand downloads at the same time all arrive whole, and give back what they took. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import type { TftpServer } from "lockstep-tftp";
import { memoryInUse, openFiles, untilFilesAreClosed } from "../../../support/process-resources.js";
import { script } from "../../../support/program.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CLIENTS, FILE_NAMES } from "./thousand-names.js";

/** A socket and a file for each download, in this process; a socket for each, in the clients' process. */
const OPEN_FILES_NEEDED = 2 * CLIENTS + 200;

/**
 * Tolerated growth of the heap in another thousand downloads. A single object that stays for each of them would take some
 * hundred KiB, a socket some MiB.
 */
const HEAP_TOLERANCE_BYTES = 1024 * 1024;

function maxOpenFiles(): number {
  const limits = process.report.getReport() as unknown as { userLimits: { open_files: { hard: number | string } } };
  const { hard } = limits.userLimits.open_files;
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}

async function runThousandDownloads(server: TftpServer, port: number, root: string): Promise<void> {
  const words = [script("./thousand-clients.js", import.meta.url), String(port), root];
  const clients = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: clients.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, "all have begun");
    assert.equal(server.running, CLIENTS, "downloads at the same time");
    clients.stdin.write("go on\n");
    assert.equal((await lines.next()).value, `${CLIENTS} whole`);
    await once(clients, "close");
  } finally {
    clients.kill("SIGKILL");
  }
}

const limit = maxOpenFiles();
const skip = limit >= OPEN_FILES_NEEDED ? false : `this machine allows only ${limit} open files (ulimit -Hn)`;

test("a thousand downloads at once arrive whole and give back descriptors and memory", { skip }, async (t) => {
  const root = temporaryFolder(t);
  for (const [index, name] of FILE_NAMES.entries()) {
    writeFileSync(path.join(root, name), seededBytes(index, 20_000 + index));
  }
  const { server, port } = await serving(t, { root });
  const openBefore = openFiles();

  // The first thousand are a warm-up: afterwards the process has all that it keeps.
  await runThousandDownloads(server, port, root);
  await untilFilesAreClosed(openBefore);
  assert.equal(server.running, 0);
  const memoryBefore = await memoryInUse();
  await runThousandDownloads(server, port, root);
  await untilFilesAreClosed(openBefore);
  assert.equal(server.running, 0);
  const grown = (await memoryInUse()) - memoryBefore;
  assert.ok(grown < HEAP_TOLERANCE_BYTES, `${grown} bytes more than after the first thousand`);
});
