/** Sizes of the engine: as files, as byte code, and in the heap of XS. */
import { statSync } from "node:fs";
import { boardBytes, grown, heapSizeOf } from "./heap-snapshot.js";
import { CORE_FILE, ENGINE_FILE, programFile, XsMachine } from "./machine.js";

/** Numbers of transfers of the measured engines: the minimum, a board's, and many. */
const POOL_SIZES = [1, 8, 32];

/** Memory of an engine with this number of transfers, without its code. */
export interface PoolSize {
  readonly transfers: number;
  readonly slots: number;
  /** Bytes of buffers and strings. */
  readonly dataBytes: number;
  /** Bytes of slots, arrays and buffers together, on a 32-bit board. */
  readonly boardBytes: number;
}

export interface FileSizes {
  readonly bundleBytes: number;
  readonly minifiedBytes: number;
}

export function fileSizes(): FileSizes {
  return {
    bundleBytes: bytesOf(ENGINE_FILE, CORE_FILE),
    minifiedBytes: bytesOf(programFile("engine-minified")),
  };
}

function bytesOf(...files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Memory of the engine's classes, functions and constants after loading. */
export interface ModuleSize {
  readonly slots: number;
  readonly codeBytes: number;
  /** Bytes without the byte code, on a 32-bit board. */
  readonly boardBytes: number;
}

export async function moduleSize(): Promise<ModuleSize> {
  const machine = await XsMachine.startEmpty();
  try {
    const before = await heapSizeOf(machine);
    await machine.load(programFile("engine-on-one-line"));
    const size = grown(await heapSizeOf(machine), before);
    return { slots: size.slots, codeBytes: size.codeBytes, boardBytes: boardBytes(size) };
  } finally {
    await machine.stop();
  }
}

/** Memory of one more transfer. */
export function perTransfer(pools: readonly PoolSize[], unit: "slots" | "boardBytes"): number {
  const small = pools[0] as PoolSize;
  const large = pools.at(-1) as PoolSize;
  return (large[unit] - small[unit]) / (large.transfers - small.transfers);
}

export async function poolSizes(): Promise<PoolSize[]> {
  const machine = await XsMachine.start("sizes");
  try {
    await machine.run("program.prepare()");
    const sizes: PoolSize[] = [];
    let before = await heapSizeOf(machine);
    for (const [place, transfers] of POOL_SIZES.entries()) {
      await machine.run(`program.construct(${place}, ${transfers})`);
      const after = await heapSizeOf(machine);
      const size = grown(after, before);
      sizes.push({ transfers, slots: size.slots, dataBytes: size.dataBytes, boardBytes: boardBytes(size) });
      before = after;
    }
    return sizes;
  } finally {
    await machine.stop();
  }
}
