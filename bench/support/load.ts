/** Runs the load generator (`bench/load`). */
import { run } from "../../test/support/program.js";
import { compile } from "./compile.js";

export interface Load {
  /** Address of the server. Default: 127.0.0.1. */
  readonly address?: string;
  readonly port: number;
  /** Name in the requests. */
  readonly name: string;
  /** Path of the file whose bytes must arrive. */
  readonly content: string;
  /** Duration; with `once`, the limit. */
  readonly seconds: number;
  readonly clients?: number;
  readonly window?: number;
  /** Each client downloads one file only. */
  readonly once?: boolean;
  /** The clients look for answers all the time instead of sleeping. */
  readonly poll?: boolean;
  /** The clients write the file, under a new name each time, instead of reading it. */
  readonly upload?: boolean;
  /** Blocks after which a client sends nothing more. */
  readonly stallAfter?: number;
  /** Wait of a client before it sends its last message again. */
  readonly repeatMs?: number;
  /** Processor cores to run on, as `taskset` takes them. Default: any. */
  readonly cores?: string;
}

export interface LoadResult {
  readonly seconds: number;
  readonly blocks: number;
  readonly bytes: number;
  readonly files: number;
  /** Messages that clients sent again because no answer came. */
  readonly repeats: number;
  /** ERRORs from the server. */
  readonly errors: number;
  /** Downloads that were still running at the end. */
  readonly unfinished: number;
  /** Processor time of the load generator. */
  readonly cpuSeconds: number;
}

/** @throws Error if the server sends bytes that differ from the file. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { cores, once, poll, upload, ...values } = load;
  const flags = Object.entries(values).flatMap(([name, value]) => [`--${kebabCase(name)}`, String(value)]);
  for (const [name, isSet] of Object.entries({ once, poll, upload })) {
    if (isSet) {
      flags.push(`--${name}`);
    }
  }
  const program = [compile("load"), ...flags];
  const [command, ...rest] = cores === undefined ? program : ["taskset", "-c", cores, ...program];
  const { code, stdout, stderr } = await run(command as string, rest);
  if (code !== 0) {
    throw new Error(stderr);
  }
  return JSON.parse(stdout) as LoadResult;
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
