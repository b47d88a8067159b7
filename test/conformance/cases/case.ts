import type { ServerOptions } from "lockstep-tftp/engine";
import { Harness } from "../../support/engine-harness.js";

/** A case that must hold on every JavaScript engine. `run` throws an Error if it does not. */
export interface Case {
  /** Begins with the source: an RFC and its section, a row of the wire table in docs/protocol.md, a defect, or a topic. */
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
