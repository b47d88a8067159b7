/**
 * Memory that packets leave in the heap of an XS machine. XS has two kinds of memory: slots of a fixed size for values and
 * properties, and chunks for strings, buffers and arrays. The meter counts slots; the use of chunks shows in how much more can
 * be allocated before XS collects garbage.
 */
import type { XsMachine } from "./machine.js";

/** A piece of chunk memory, much smaller than a million packets would take. */
const PIECE_KIB = 64;

export interface Growth {
  readonly slots: number;
  readonly chunkKib: number;
}

/** Runs the expression on a clean heap. Returns its value and the memory that it left. */
export async function growthOf(machine: XsMachine, expression: string): Promise<Growth & { value: unknown }> {
  const idleKib = await kibUntilCollection(machine);
  await machine.run("gc()");
  const before = (await machine.run("null")).meter;
  const { value, meter } = await machine.run(expression);
  const chunkKib = idleKib - (await kibUntilCollection(machine, meter.slots));
  return { value, slots: meter.slots - before.slots, chunkKib };
}

/** KiB of chunks that can be allocated until XS collects garbage, which shows in a smaller number of slots. */
async function kibUntilCollection(machine: XsMachine, slotsNow?: number): Promise<number> {
  let slots = slotsNow ?? (await machine.run("gc()")).meter.slots;
  for (let kib = 0; ; kib += PIECE_KIB) {
    const { meter } = await machine.run(`program.waste(${PIECE_KIB})`);
    if (meter.slots < slots) {
      return kib;
    }
    slots = meter.slots;
  }
}
