/**
 * Slots of XS's stack that a board's server takes: a call is made with more and more arguments, which lie on the stack, until
 * the call overflows it.
 */
import { XsMachine } from "./machine.js";

const PROGRAM = "board";
/** Slots of the worker's stack, so a call with this number of arguments always overflows it. */
const STACK_SLOTS = 4096;
/** The worker ends with this code when its stack overflows. */
const OVERFLOWED = /ended with code 12\b/;

/** What a board's server does, from the callback of a socket or a timer. */
export interface Work {
  readonly name: string;
  readonly preparations: readonly string[];
  readonly call: string;
  /** Value of the call, which shows that the work is done. */
  readonly value: number;
}

const START = 'program.start("file", "own", true, true)';

export const WORKS = [
  { name: "a download starts", preparations: [START], call: "program.request(false)", value: 1 },
  { name: "an upload starts", preparations: [START], call: "program.request(true)", value: 1 },
  { name: "a download completes", preparations: [START], call: "program.transfers(false, 1)", value: 0 },
  { name: "an upload completes", preparations: [START], call: "program.transfers(true, 1)", value: 0 },
  {
    name: "a request is refused",
    preparations: ["program.startReadOnly()"],
    call: "program.requestOdd()",
    value: 1,
  },
  {
    name: "a block is repeated",
    preparations: [START, "program.request(false)"],
    call: "program.pass(2000)",
    value: 1,
  },
  {
    name: "a transfer times out",
    preparations: [START, "program.request(false)"],
    call: "program.pass(60_000), program.pass(60_000)",
    value: 0,
  },
] as const satisfies readonly Work[];

/** Slots that each kind of work takes beyond a call that does nothing. */
export async function stackSlots(): Promise<Map<string, number>> {
  const all = await room({ name: "nothing", preparations: [], call: "0", value: 0 });
  const slots = new Map<string, number>();
  for (const work of WORKS) {
    slots.set(work.name, all - (await room(work)));
  }
  return slots;
}

/** The largest number of arguments with which the work is done, by bisection. */
async function room(work: Work): Promise<number> {
  let enough = 0;
  let tooMany = STACK_SLOTS;
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >> 1;
    if (await isDoneBeside(middle, work)) {
      enough = middle;
    } else {
      tooMany = middle;
    }
  }
  return enough;
}

/** In a machine of its own, since an overflow ends it. */
async function isDoneBeside(argumentCount: number, { name, preparations, call, value }: Work): Promise<boolean> {
  const machine = await XsMachine.start(PROGRAM);
  try {
    for (const preparation of preparations) {
      await machine.run(preparation);
    }
    const returned = await machine.run(`(() => (${call})).apply(undefined, Array(${argumentCount}).fill(0))`);
    if (returned.value !== value) {
      throw new Error(`"${name}" returned ${returned.value} instead of ${value}`);
    }
    return true;
  } catch (error) {
    if (OVERFLOWED.test((error as Error).message)) {
      return false;
    }
    throw error;
  } finally {
    await machine.stop();
  }
}
