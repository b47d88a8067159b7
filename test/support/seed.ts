/** Chance that can be repeated: the same seed gives the same numbers. */
import { Random } from "./random.js";

const { TEST_SEED = "1" } = process.env;

/** Another seed tries other losses, other moments: `TEST_SEED=7 npm test -- faults`. */
export const SEED = Number(TEST_SEED);

const RESOLUTION = 2 ** 32;

/** Numbers from 0 up to but not including 1. */
export function seededRandom(seed: number): () => number {
  const random = new Random(seed);
  return () => random.below(RESOLUTION) / RESOLUTION;
}

/** `length` bytes without a pattern, so that a block in the wrong place shows. */
export function seededBytes(seed: number, length: number): Buffer {
  return Buffer.from(new Random(seed).bytes(length));
}
