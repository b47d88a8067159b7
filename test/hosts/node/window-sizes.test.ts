/** The largest window that a server on Node grants unless it is told otherwise: what a forged ACK could bring decides. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { TftpServerOptions } from "lockstep-tftp";
import { fetchFile } from "../../support/retrying-client.js";
import { seededBytes } from "../../support/seed.js";
import { serving } from "../../support/serving.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 200 * 512 + 7);

for (const [what, options, expected] of [
  ["64 blocks", {}, 64],
  ["16 blocks where ports come from a range", { portRange: { first: 20_000, last: 60_000 } }, 16],
  ["8 blocks with a single port", { singlePort: true }, 8],
  ["what maxWindowSize says", { maxWindowSize: 100 }, 100],
  ["what maxWindowSize says, also with a single port", { maxWindowSize: 100, singlePort: true }, 100],
] satisfies [string, Partial<TftpServerOptions>, number][]) {
  test(`the largest window that a server on Node grants has ${what}`, async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "file"), CONTENT);
    const { port } = await serving(t, { root, ...options });
    const { granted, content } = await fetchFile("file", { port, options: { windowsize: 65_535 } });
    assert.equal(granted?.windowsize, expected);
    assert.deepEqual(content, CONTENT);
  });
}
