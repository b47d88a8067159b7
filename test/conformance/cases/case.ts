import type { ServerOptions } from "lockstep-tftp/engine";
import { Harness } from "../../support/engine-harness.js";

/** Something that must hold on every engine. `run` throws an Error where it does not. */
export interface Case {
  /** Begins with the RFC and its section, or with the line of the wire table. */
  readonly name: string;
  readonly run: () => void;
}

export function engineCase(name: string, body: (harness: Harness) => void, options: ServerOptions = {}): Case {
  const run = (): void => {
    const harness = new Harness(options);
    body(harness);
    harness.finish();
  };
  return { name, run };
}
