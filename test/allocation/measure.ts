/**
 * Measures one flow in a separate process: `node --expose-gc measure.js FLOW PACKETS [QUIET]`. Prints a {@link Measured} as JSON.
 * With QUIET, further parts are measured until the heap has grown by at most so many bytes in three parts.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { PACKET_FLOWS, REQUEST_FLOWS } from "./flows.js";

/** Number of parts that are measured separately, since the compiler allocates in some of them. */
const PARTS = 10;
/** On a busy machine the compiler is late, and allocates in the first fifteen. */
const MAX_PARTS = 60;
/** Number of parts in which the compiler allocates nothing. */
const QUIET_PARTS = 3;

export interface Measured {
  /** Number of messages that the engine received and sent. */
  readonly packets: number;
  /** Number of steps of the flow. */
  readonly steps: number;
  /** Number of garbage collections during the run. */
  readonly collections: number;
  /** Growth of the heap in each part, in bytes, garbage included. */
  readonly gainedBytes: readonly number[];
  /** Growth in a part in which the compiler allocated nothing. */
  readonly usualGainBytes: number;
  /** Growth of the heap over the whole run, in bytes, after a garbage collection. */
  readonly keptBytes: number;
  /** Number of running transfers at the end. */
  readonly running: number;
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}

function collectGarbage(): void {
  // The second collection frees what weak references held until the first.
  globalThis.gc?.();
  globalThis.gc?.();
}

/** Collections are reported on the next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

/** Growth of a part in which the compiler allocated nothing. */
function usualGain(gainedBytes: readonly number[]): number {
  const sorted = gainedBytes.toSorted((one, other) => one - other);
  return sorted[QUIET_PARTS - 1] as number;
}

async function measure(name: string, packets: number, quietBytes: number): Promise<Measured> {
  let collections = 0;
  new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  }).observe({ entryTypes: ["gc"] });

  const { flow, step } = ({ ...PACKET_FLOWS, ...REQUEST_FLOWS }[name] as (typeof PACKET_FLOWS)[string])();
  const run = (count: number): number => {
    const end = flow.received + flow.sent + count;
    let steps = 0;
    while (flow.received + flow.sent < end) {
      step();
      steps++;
    }
    return steps;
  };

  run(packets / 2);
  collectGarbage();
  await nextTurn();
  const gained: number[] = new Array<number>(MAX_PARTS).fill(0);
  let parts = 0;
  let steps = 0;
  collections = 0;
  const before = usedBytes();
  while (parts < PARTS || (parts < MAX_PARTS && usualGain(gained.slice(0, parts)) > quietBytes)) {
    const used = usedBytes();
    steps += run(packets / PARTS);
    gained[parts++] = usedBytes() - used;
  }
  await nextTurn();
  const collectionsOfRun = collections;
  collectGarbage();
  const keptBytes = usedBytes() - before;
  const gainedBytes = gained.slice(0, parts);
  const usualGainBytes = usualGain(gainedBytes);
  const { running } = flow;
  return { packets, steps, collections: collectionsOfRun, gainedBytes, usualGainBytes, keptBytes, running };
}

const [, , name = "", packets = "", quietBytes = "Infinity"] = process.argv;
console.log(JSON.stringify(await measure(name, Number(packets), Number(quietBytes))));
