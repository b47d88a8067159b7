/**
 * On V8, packets allocate nothing, and a request allocates its name.
 *
 * Each flow of packets runs in a separate process, in which only the engine could allocate (see flow.ts). The run has ten
 * parts or more, and the growth of the heap is measured in each, garbage included: without a collection, growth is what was
 * allocated, to the byte. Packets would allocate in every part. V8's compiler allocates in some of them, in all of the first
 * ones on a busy machine, so parts are measured until three are without, and the third smallest growth is tested.
 *
 * Every flow runs twice: a million packets compiled, as in production, and fewer interpreted, where even the smallest object
 * that does not leave a function is on the heap.
 *
 * The clock stays below 2^31 ms. Above, after 25 days, V8 makes an object of 16 bytes for each time that is passed to the
 * engine. The caller makes it, as for any number that is not a small integer.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LONG_NAME, PACKET_FLOWS, REQUEST_FLOWS } from "./flows.js";
import type { Measured } from "./measure.js";

const PROGRAM = fileURLToPath(new URL("./measure.js", import.meta.url));

const COMPILED_PACKETS = 1_000_000;
const INTERPRETED_PACKETS = 10_000;
/** V8's statistics take about 600 bytes. One object per packet would take at least 16 bytes times 1,000. */
const MAX_PART_GAIN_BYTES = 2000;
/** Allowance for compiled code of functions that became hot late. One object per packet would be 16 MB. */
const MAX_KEPT_BYTES = 512 * 1024;

/** A request, its answer, and the ERROR that ends it. */
const PACKETS_OF_A_REQUEST = 3;
const REQUESTS = 100_000;
const LONG_REQUESTS = 5000;
/** Size in MiB at which nothing is collected while requests are measured. */
const YOUNG_MIB = 128;
/** V8 joins two strings with a cell of 32 bytes, and a name is joined from single characters. */
const BYTES_OF_A_CHARACTER = 32;
/** The string of the name, of any length. */
const BYTES_OF_A_NAME = 64;

/** @param words what follows the flow: packets, and bytes that a quiet part may gain. */
async function measured(flow: string, words: readonly number[], ...flags: readonly string[]): Promise<Measured> {
  // The memory reducer collects garbage when 8 s have passed, even if there is none.
  const all = ["--expose-gc", "--no-memory-reducer", ...flags, PROGRAM, flow, ...words.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, all);
  return JSON.parse(stdout) as Measured;
}

for (const flow of Object.keys(PACKET_FLOWS)) {
  for (const [how, packets, flags] of [
    ["compiled", COMPILED_PACKETS, []],
    ["interpreted", INTERPRETED_PACKETS, ["--jitless"]],
  ] as const) {
    test(`no allocation, ${how}: ${flow}`, async () => {
      const result = await measured(flow, [packets, MAX_PART_GAIN_BYTES], ...flags);
      const shown = JSON.stringify(result);
      assert.equal(result.running, 1, `the transfer goes on: ${shown}`);
      assert.equal(result.collections, 0, `no garbage was collected: ${shown}`);
      assert.ok(result.usualGainBytes <= MAX_PART_GAIN_BYTES, `nothing was allocated: ${shown}`);
      assert.ok(result.keptBytes <= MAX_KEPT_BYTES, `the heap is as it was: ${shown}`);
    });
  }
}

for (const flow of Object.keys(REQUEST_FLOWS)) {
  const isLong = flow.includes("long name");
  const characters = isLong ? LONG_NAME.length : "missing".length;
  test(`a request allocates at most its name: ${flow}`, async () => {
    const packets = (isLong ? LONG_REQUESTS : REQUESTS) * PACKETS_OF_A_REQUEST;
    const result = await measured(
      flow,
      [packets],
      `--min-semi-space-size=${YOUNG_MIB}`,
      `--max-semi-space-size=${YOUNG_MIB}`,
    );
    const bytesOfARequest = (result.usualGainBytes * result.gainedBytes.length) / result.steps;
    const shown = `${bytesOfARequest.toFixed(1)} bytes for each request: ${JSON.stringify(result)}`;
    assert.equal(result.collections, 0, `no garbage was collected: ${shown}`);
    assert.ok(bytesOfARequest <= BYTES_OF_A_NAME + characters * BYTES_OF_A_CHARACTER, shown);
    assert.ok(result.keptBytes <= MAX_KEPT_BYTES, `the heap is as it was: ${shown}`);
    assert.equal(result.running, 0);
  });
}
