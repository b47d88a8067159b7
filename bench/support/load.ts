/** Runs the load generator (`bench/load/load.c`). */
import { run } from "../../test/support/program.js";
import { compiled } from "./compiled.js";

export interface Load {
  /** Default 127.0.0.1. */
  readonly address?: string;
  readonly port: number;
  /** The name that is asked for, and the file whose bytes must arrive. */
  readonly name: string;
  readonly content: string;
  /** How long it runs; with `once`, the time that it may take. */
  readonly seconds: number;
  readonly clients?: number;
  readonly window?: number;
  /** Each client downloads one file. */
  readonly once?: boolean;
  /** A client that has so many blocks says nothing more. */
  readonly stallAfter?: number;
  /** How long a client waits before it sends its last message again. */
  readonly repeatMs?: number;
  /** The processor core that it runs on. Default: any. */
  readonly core?: number;
}

export interface Loaded {
  readonly seconds: number;
  readonly blocks: number;
  readonly bytes: number;
  readonly files: number;
  /** Messages that clients sent again, since no answer came. */
  readonly repeats: number;
  /** ERRORs that servers sent. */
  readonly errors: number;
  /** Downloads that were under way in the end. */
  readonly unfinished: number;
  /** What the load generator took of a processor. */
  readonly cpuSeconds: number;
}

/** @throws Error when the server sends other bytes than those of the file. */
export async function runLoad(load: Load): Promise<Loaded> {
  const { core, once, ...values } = load;
  const words = Object.entries(values).flatMap(([name, value]) => [`--${kebabCase(name)}`, String(value)]);
  const program = [compiled("load/load.c"), ...words, ...(once ? ["--once"] : [])];
  const [command, ...rest] = core === undefined ? program : ["taskset", "-c", String(core), ...program];
  const { code, stdout, stderr } = await run(command as string, rest);
  if (code !== 0) {
    throw new Error(stderr);
  }
  return JSON.parse(stdout) as Loaded;
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
