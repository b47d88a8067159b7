/**
 * What a number of packets leaves in the heap of an XS machine. XS has two kinds of memory: slots of a fixed size, for
 * values and properties, and chunks for strings, buffers and arrays. The meter counts slots; what is taken of the chunks
 * shows in how much more can be taken before XS collects garbage.
 */
import type { XsMachine } from "./machine.js";

/** A piece of chunk memory: much smaller than what a million packets would take. */
const PIECE_KIB = 64;

export interface Growth {
  readonly slots: number;
  readonly chunkKib: number;
}

/** Runs the expression on a clean heap, and says what its value is and what it left behind. */
export async function growthOf(machine: XsMachine, expression: string): Promise<Growth & { value: unknown }> {
  const idleKib = await kibUntilCollection(machine);
  await machine.run("gc()");
  const before = (await machine.run("null")).meter;
  const { value, meter } = await machine.run(expression);
  const chunkKib = idleKib - (await kibUntilCollection(machine, meter.slots));
  return { value, slots: meter.slots - before.slots, chunkKib };
}

/** How many KiB of chunks there are until XS collects garbage, which shows in slots that become fewer. */
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
