import { inspect } from "node:util";

/** An Error for what was thrown, which may be anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(inspect(thrown));
}
