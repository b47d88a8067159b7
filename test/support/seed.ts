/** Chance that can be repeated: the same seed gives the same numbers. */
import { Random } from "./random.js";

/** The seed of a test that draws lots: its own, or the one in the environment, to repeat a run that failed. */
export function seedOr(usual: number): number {
  const { TEST_SEED } = process.env;
  return TEST_SEED === undefined ? usual : Number(TEST_SEED);
}

/** Another seed tries other losses, other moments: `TEST_SEED=7 npm test -- faults`. */
export const SEED = seedOr(1);

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
