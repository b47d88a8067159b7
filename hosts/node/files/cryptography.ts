/** Node's cryptography, loaded on first use: without it a server that only sends files starts 4 ms earlier. */
import type crypto from "node:crypto";
import { createRequire } from "node:module";

const NAME = "node:crypto";

let loaded: typeof crypto | undefined;

export function cryptography(): typeof crypto {
  // Node before 20.16 has no `getBuiltinModule`.
  loaded ??= process.getBuiltinModule?.(NAME) ?? (createRequire(import.meta.url)(NAME) as typeof crypto);
  return loaded;
}
