/** The engine of DHCP on XS: it allocates nothing while messages come, and it is small. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { growthOf } from "./support/heap.js";
import { boardBytes, grown, heapSizeOf } from "./support/heap-snapshot.js";
import { programFile, XsMachine } from "./support/machine.js";

const EXCHANGES = 100_000;
/** The chunk memory available before a collection varies by a piece. */
const MAX_CHUNK_KIB = 64;
/** Its buffer takes 536 bytes of them, and each further address 29. A message is written into the host's buffer. */
const MAX_BOARD_BYTES = 1500;
/** The settings are written into one buffer, which takes 1.8 KiB of code and saves 2.2 KiB of each board's memory. */
const MAX_MINIFIED_BYTES = 22_640;

/** From DISCOVER to ACK, with 16 clients: a client is looked for in all leases. */
const MAX_LEASE_STEPS = 63_100;
/** One request and its answer. */
const MAX_BOOTP_STEPS = 34_900;
/** All clients some times. */
const COUNTED = 240;

let machine: XsMachine;

before(async () => {
  machine = await XsMachine.start("dhcp");
});

after(() => machine.stop());

/** Of one more, without the line breaks for which the worker would count steps that firmware does not take. */
async function stepsOf(kind: string): Promise<number> {
  const counting = await XsMachine.start("dhcp-on-one-line");
  try {
    await counting.run(`program.run("${kind}", ${COUNTED})`);
    const once = (await counting.run(`program.run("${kind}", ${COUNTED})`)).meter.steps;
    const twice = (await counting.run(`program.run("${kind}", ${2 * COUNTED})`)).meter.steps;
    return Math.round((twice - once) / COUNTED);
  } finally {
    await counting.stop();
  }
}

for (const kind of ["exchange", "strange", "garbage"]) {
  test(`no allocation on XS for ${EXCHANGES} times: ${kind}`, async () => {
    const few = await growthOf(machine, `program.run("${kind}", 48)`);
    const many = await growthOf(machine, `program.run("${kind}", ${EXCHANGES})`);
    assert.ok(kind === "garbage" || (many.value as number) >= EXCHANGES, `${many.value} answers`);
    assert.equal(many.slots, few.slots, "slots");
    assert.ok(many.chunkKib - few.chunkKib <= MAX_CHUNK_KIB, `${many.chunkKib - few.chunkKib} KiB of chunks`);
  });
}

for (const [kind, maxSteps] of [
  ["lease", MAX_LEASE_STEPS],
  ["bootp", MAX_BOOTP_STEPS],
] as const) {
  test(`steps of XS for a ${kind} of a PXE client, the test's own included: at most ${maxSteps}`, async () => {
    const steps = await stepsOf(kind);
    assert.ok(steps <= maxSteps, `${steps} steps`);
  });
}

test(`a server with 16 addresses takes at most ${MAX_BOARD_BYTES} bytes on a board`, async () => {
  await machine.run("program.prepare()");
  const before = await heapSizeOf(machine);
  await machine.run("program.construct(0, 16)");
  const size = grown(await heapSizeOf(machine), before);
  assert.ok(boardBytes(size) <= MAX_BOARD_BYTES, `${boardBytes(size)} bytes, ${size.slots} slots`);
});

test(`the engine of DHCP, minified, has at most ${MAX_MINIFIED_BYTES} bytes`, () => {
  const { size } = statSync(programFile("dhcp-minified"));
  assert.ok(size <= MAX_MINIFIED_BYTES, `${size} bytes`);
});
