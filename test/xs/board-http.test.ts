/** Memory of heads on XS: the manifest of the status page reserves 2,048 slots, of which the firmware takes 1,236. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { XsMachine } from "./support/machine.js";

const MAX_SLOTS = 600;

let machine: XsMachine;

before(async () => {
  machine = await XsMachine.start("board-http");
});

after(() => machine.stop());

for (const [name, value] of [
  ["one header", 1],
  ["many short headers", 65],
  ["many headers that resemble a used one", 64],
  ["many blanks", -1],
  ["a long target", 0],
] as const) {
  test(`a head of 4 KiB leaves at most ${MAX_SLOTS} slots, garbage included: ${name}`, async (t) => {
    const expression = `program.parse(${JSON.stringify(name)})`;
    await machine.run(expression);
    await machine.run("gc()");
    const before = (await machine.run("null")).meter;
    const parsed = await machine.run(expression);
    const slots = parsed.meter.slots - before.slots;
    t.diagnostic(`${name}: ${slots} slots`);
    assert.equal(parsed.value, value);
    assert.ok(slots <= MAX_SLOTS, `${slots} slots`);
  });
}
