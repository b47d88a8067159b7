/**
 * Files arrive whole over a link that loses, doubles, delays and reorders datagrams. A failure names its seed:
 * `TEST_SEED=N npm test -- lossy` uses another.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type Faults, FaultyLink } from "../support/faulty-link.js";
import { hasProgram, run } from "../support/program.js";
import { fetchFile, putFile, type TransferOptions } from "../support/retrying-client.js";
import { SEED, seededBytes } from "../support/seed.js";
import { serving } from "../support/serving.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const FIVE_PERCENT: Faults = { loss: 0.05, duplication: 0.05, reordering: 0.05, reorderingMs: 3, delayMs: 1 };
const TWENTY_PERCENT: Faults = { loss: 0.2, duplication: 0.1, reordering: 0.2, reorderingMs: 5, delayMs: 1 };
const LATE: Faults = { loss: 0.02, duplication: 0, reordering: 0.02, reorderingMs: 30, delayMs: 10 };

const LINKS: readonly (readonly [what: string, faults: Faults, sizeBytes: number])[] = [
  ["5 % lost, 5 % doubled, 5 % reordered", FIVE_PERCENT, 100_001],
  ["20 % lost, 10 % doubled, 20 % reordered", TWENTY_PERCENT, 10_001],
  ["2 % lost, 20 ms of round trip", LATE, 30_001],
];

const TRANSFERS: readonly (readonly [what: string, options: TransferOptions])[] = [
  ["lock-step", {}],
  ["lock-step with options", { blksize: 500, tsize: 0 }],
  ["window 16", { windowsize: 16 }],
  ["window 5 of small blocks", { windowsize: 5, blksize: 128 }],
];

/** A client that repeats its messages after a short wait. */
const IN_TURN = { intervalMs: 100 };
/** A client that repeats only its request, which the server cannot repeat. */
const SERVER_ALONE = { intervalMs: 15_000, requestIntervalMs: 100 };

/** Serves a file over a link. */
async function behindLink(test: TestContext, faults: Faults, content: Buffer) {
  const root = temporaryFolder(test);
  const file = path.join(root, "file");
  writeFileSync(file, content);
  const { port } = await serving(test, { root, write: "overwrite" });
  // With any seed something is lost in each direction.
  const link = await FaultyLink.open(port, { ...faults, lost: [2] }, SEED);
  test.after(() => link.close());
  return { root, link };
}

function assertWhole(got: Buffer, wanted: Buffer, link: FaultyLink): void {
  const fates = JSON.stringify({ toServer: link.toServer, toClients: link.toClients });
  assert.ok(got.equals(wanted), `arrived damaged, seed ${SEED}: ${got.length} of ${wanted.length} bytes; ${fates}`);
  assert.ok(link.toServer.lost > 0 && link.toClients.lost > 0, `nothing was lost, seed ${SEED}: ${fates}`);
}

for (const [what, faults, sizeBytes] of LINKS) {
  describe(`${what} (seed ${SEED})`, { concurrency: true }, () => {
    const content = seededBytes(SEED, sizeBytes);

    for (const [how, options] of TRANSFERS) {
      test(`a download arrives whole: ${how}, ${what}`, async (t) => {
        const { link } = await behindLink(t, faults, content);
        // In lock-step the server alone repeats enough. With a window both ends must repeat.
        const patience = options.windowsize === undefined ? SERVER_ALONE : IN_TURN;
        const fetched = await fetchFile("file", { port: link.port, options, ...patience });
        assertWhole(fetched.content, content, link);
      });

      test(`an upload arrives whole: ${how}, ${what}`, async (t) => {
        const { root, link } = await behindLink(t, faults, Buffer.from("old"));
        await putFile("file", content, { port: link.port, options, ...IN_TURN });
        assertWhole(readFileSync(path.join(root, "file")), content, link);
      });
    }

    test(`netascii arrives whole in both directions: ${what}`, async (t) => {
      const { root, link } = await behindLink(t, faults, content);
      const options = { windowsize: 4 };
      const onTheWire = await fetchFile("file", { port: link.port, mode: "netascii", options, ...IN_TURN });
      await putFile("copy", onTheWire.content, { port: link.port, mode: "netascii", options, ...IN_TURN });
      assertWhole(readFileSync(path.join(root, "copy")), content, link);
    });
  });
}

describe(`real clients (seed ${SEED})`, { concurrency: true }, () => {
  const GETS = {
    "curl --tftp-no-options": (port: number, local: string) => [
      "-sS",
      "--tftp-no-options",
      "-o",
      local,
      `tftp://127.0.0.1:${port}/file`,
    ],
    tftp: (port: number, local: string) => ["127.0.0.1", String(port), "-m", "octet", "-c", "get", "file", local],
  };
  const PUTS = {
    curl: (port: number, local: string) => ["-sS", "-T", local, `tftp://127.0.0.1:${port}/file`],
    tftp: (port: number, local: string) => ["127.0.0.1", String(port), "-m", "octet", "-c", "put", local, "file"],
  };

  function unlessInstalled(program: string): string | false {
    return hasProgram(program) ? false : `${program} is not installed`;
  }

  for (const [name, words] of Object.entries(GETS)) {
    const [program = ""] = name.split(" ");

    test(`${name} fetches a file while 5 % of the datagrams are lost`, {
      skip: unlessInstalled(program),
    }, async (t) => {
      const content = seededBytes(SEED, 150_001);
      const { link } = await behindLink(t, FIVE_PERCENT, content);
      const local = path.join(temporaryFolder(t), "fetched");
      const { code, stdout, stderr } = await run(program, words(link.port, local));
      assert.equal(code, 0, stdout + stderr);
      assertWhole(readFileSync(local), content, link);
    });
  }

  for (const [program, words] of Object.entries(PUTS)) {
    // A lost block costs five seconds with tftp, which restarts its wait at each message, and six with curl.
    test(`${program} puts a file although a block and an ACK are lost`, {
      skip: unlessInstalled(program),
    }, async (t) => {
      const content = seededBytes(SEED, 10_001);
      const { root, link } = await behindLink(t, { ...FIVE_PERCENT, loss: 0 }, Buffer.from("old"));
      const local = path.join(temporaryFolder(t), "to put");
      writeFileSync(local, content);
      const { code, stdout, stderr } = await run(program, words(link.port, local));
      assert.equal(code, 0, stdout + stderr);
      assertWhole(readFileSync(path.join(root, "file")), content, link);
    });
  }
});
