/** Sizes of the engine: as files, as byte code, and in the heap of XS. */
import { statSync } from "node:fs";
import { boardBytes, grown, heapSizeOf } from "./heap-snapshot.js";
import { CLIENT_FILE, CORE_FILE, DHCP_FILE, ENGINE_FILE, programFile, XsMachine } from "./machine.js";

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

/** The shipped modules of a board beside the engine, each after those that it imports. */
export const BOARD_MODULES = [
  "server",
  "storage",
  "client",
  "firmware",
  "status-page",
  "templates",
  "dhcp-server",
  "firmware-dhcp",
] as const;

export interface BoardModule extends ModuleSize {
  readonly name: (typeof BOARD_MODULES)[number];
}

/** What each module of a board adds. */
export async function boardModules(): Promise<BoardModule[]> {
  const machine = await XsMachine.startEmpty();
  try {
    await machine.load(ENGINE_FILE);
    await machine.load(CLIENT_FILE);
    await machine.load(DHCP_FILE);
    const sizes: BoardModule[] = [];
    for (const name of BOARD_MODULES) {
      const before = await heapSizeOf(machine);
      await machine.load(programFile(`${name}-on-one-line`));
      const size = grown(await heapSizeOf(machine), before);
      sizes.push({ name, slots: size.slots, codeBytes: size.codeBytes, boardBytes: boardBytes(size) });
    }
    return sizes;
  } finally {
    await machine.stop();
  }
}

/** Slots of the board's server, without its modules: at rest, and with eight downloads. */
export async function boardServerSlots(): Promise<{ readonly atRest: number; readonly busy: number }> {
  const machine = await XsMachine.start("board");
  try {
    const before = await heapSizeOf(machine);
    await machine.run('program.start("file", "own", true, false)');
    const started = await heapSizeOf(machine);
    const running = (await machine.run("program.download(8)")).value;
    if (running !== 8) {
      throw new Error(`${running} of 8 downloads run`);
    }
    const atRest = grown(started, before).slots;
    return { atRest, busy: grown(await heapSizeOf(machine), before).slots };
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
