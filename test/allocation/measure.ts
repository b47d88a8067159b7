/**
 * Measures one flow in a separate process: `node --expose-gc measure.js FLOW PACKETS`. Prints a {@link Measured} as JSON.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { PACKET_FLOWS, REQUEST_FLOWS } from "./flows.js";

/** Number of parts that are measured separately, since the compiler allocates in some of them. */
const PARTS = 10;

export interface Measured {
  /** Number of messages that the engine received and sent. */
  readonly packets: number;
  /** Number of steps of the flow. */
  readonly steps: number;
  /** Number of garbage collections during the run. */
  readonly collections: number;
  /** Growth of the heap in each part, in bytes, garbage included. */
  readonly gainedBytes: readonly number[];
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

async function measure(name: string, packets: number): Promise<Measured> {
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
  const gainedBytes: number[] = new Array<number>(PARTS).fill(0);
  let steps = 0;
  collections = 0;
  const before = usedBytes();
  for (let part = 0; part < PARTS; part++) {
    const used = usedBytes();
    steps += run(packets / PARTS);
    gainedBytes[part] = usedBytes() - used;
  }
  await nextTurn();
  const collectionsOfRun = collections;
  collectGarbage();
  const keptBytes = usedBytes() - before;
  return { packets, steps, collections: collectionsOfRun, gainedBytes, keptBytes, running: flow.running };
}

const [, , name = "", packets = ""] = process.argv;
console.log(JSON.stringify(await measure(name, Number(packets))));
