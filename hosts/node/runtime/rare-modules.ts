/**
 * Modules of Node that few runs need, loaded on first use: each of them makes a start some 4 ms longer, and a server that only
 * sends files needs none.
 */
import type childProcessModule from "node:child_process";
import type cryptoModule from "node:crypto";
import { createRequire } from "node:module";

let loadedCrypto: typeof cryptoModule | undefined;
let loadedChildProcess: typeof childProcessModule | undefined;

export function cryptography(): typeof cryptoModule {
  loadedCrypto ??= load<typeof cryptoModule>("node:crypto");
  return loadedCrypto;
}

export function childProcess(): typeof childProcessModule {
  loadedChildProcess ??= load<typeof childProcessModule>("node:child_process");
  return loadedChildProcess;
}

function load<Module>(name: string): Module {
  // Node before 20.16 has no `getBuiltinModule`.
  return (process.getBuiltinModule?.(name) ?? createRequire(import.meta.url)(name)) as Module;
}
