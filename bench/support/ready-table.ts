/** The cost of each step until a server is ready. */
import { table } from "./report.js";

export interface Cost {
  readonly seconds: number;
  /** Of all processes. */
  readonly processorSeconds: number;
}

export interface ReadyFigures {
  readonly steps: readonly ({ readonly name: string } & Cost)[];
}

export function readyTable({ steps }: ReadyFigures): string {
  return table(
    ["", "seconds", "seconds of processor time"],
    steps.map(({ name, seconds, processorSeconds }) => [name, seconds.toFixed(1), processorSeconds.toFixed(1)]),
  );
}
