/**
 * A process of its own for one flow: `node --expose-gc measure.js FLOW PACKETS`. Prints a {@link Measured} as JSON.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { PACKET_FLOWS, REQUEST_FLOWS } from "./flows.js";

/** Parts of the run that are measured each on its own: what the compiler takes now and then is not in all of them. */
const PARTS = 10;

export interface Measured {
  /** Messages that went through the engine, in and out. */
  readonly packets: number;
  /** Steps of the flow that this took. */
  readonly steps: number;
  /** Garbage collections during the run. */
  readonly collections: number;
  /** What the heap gained in each part, in bytes, garbage included. */
  readonly gainedBytes: readonly number[];
  /** What it holds more than before, garbage collected, in bytes. */
  readonly keptBytes: number;
  /** Transfers that run at the end. */
  readonly running: number;
}

function usedBytes(): number {
  return getHeapStatistics().used_heap_size;
}

function collectGarbage(): void {
  // What the first collection frees of weak references, the second collects.
  globalThis.gc?.();
  globalThis.gc?.();
}

/** The observer is told of collections when the event loop turns. */
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
