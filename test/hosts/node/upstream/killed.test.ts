/** A server that is killed while it fills its cache: what is in the cache is whole. `KILLS=200` tries more moments. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SeededRandom } from "lockstep-tftp/simulated";
import { fetchFile } from "../../../support/retrying-client.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { Place } from "../cli/configuration-place.js";
import { Origin } from "./origin.js";

const { KILLS } = process.env;
const ROUNDS = Number(KILLS ?? 5);
const STEP_BYTES = 16_384;
const STEP_MS = 5;
/** Small files are whole before large ones. The largest is read while it is fetched. */
const STEPS = [1, 6, 20] as const;
const FILES = STEPS.length;
const ALL_STEPS = 27;

function contentOf(number: number): Buffer {
  return seededBytes(number, (STEPS[number % FILES] as number) * STEP_BYTES + number);
}

/** Number in the name of a file. */
function numberIn(text: string): number {
  return Number(/file-(\d+)/.exec(text)?.[1]);
}

function bytesIn(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("after kill -9 in the middle of fills the cache holds whole files only, and the next start removes the rest", async (t) => {
  const random = new SeededRandom(SEED);
  const origin = await Origin.start(t);
  origin.respond = async (request, response) => {
    const content = contentOf(numberIn(request.url as string));
    response.writeHead(200, { "content-length": content.length, etag: `"${request.url}"` });
    for (let at = 0; at < content.length && !response.destroyed; at += STEP_BYTES) {
      response.write(content.subarray(at, at + STEP_BYTES));
      // Slower than the disk, so that small files are whole while large ones are being written.
      await pause(STEP_MS);
    }
    response.end();
  };
  const place = new Place(t, ['root = "files"', "[upstream]", `url = "${origin.url}"`, 'cache = "cache"']);
  const cache = path.join(place.folder, "cache");
  let whole = 0;
  let unfinished = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const server = await place.start(t);
    // Only files of this round are fetched: their names are new.
    const names = Array.from({ length: FILES }, (_, index) => `file-${round * FILES + index}`);
    const vanishing = new AbortController();
    const killAt = bytesIn(cache) + random.between(1, ALL_STEPS * STEP_BYTES);
    const downloads = names.map((name) =>
      fetchFile(name, { port: server.port, signal: vanishing.signal }).catch(() => {}),
    );
    while (bytesIn(cache) < killAt) {
      await new Promise(setImmediate);
    }
    await server.kill();
    vanishing.abort();
    await Promise.all(downloads);
    const entries = readdirSync(cache);
    const copies = entries.filter((name) => !name.startsWith("."));
    unfinished += entries.length - copies.length;
    whole = copies.length;
    for (const copy of copies) {
      const bytes = readFileSync(path.join(cache, copy));
      // The facts at the end name the file.
      const content = contentOf(numberIn(bytes.subarray(-500).toString("latin1")));
      assert.deepEqual(bytes.subarray(0, content.length), content, `round ${round}, ${copy}`);
    }
  }
  const server = await place.start(t);
  assert.ok(readdirSync(cache).every((name) => !name.startsWith(".")));
  assert.equal(readdirSync(cache).length, whole);
  await server.kill();
  t.diagnostic(`${ROUNDS} kills: ${whole} whole copies, ${unfinished} unfinished ones`);
});
