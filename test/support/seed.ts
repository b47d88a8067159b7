/** Seeds: the same seed gives the same random numbers. */
import { SeededRandom } from "lockstep-tftp/simulated";

/** The seed of a random test: `TEST_SEED` of the environment, which repeats a failed run, or the test's usual one. */
export function seedOr(usual: number): number {
  const { TEST_SEED } = process.env;
  return TEST_SEED === undefined ? usual : Number(TEST_SEED);
}

/** Another seed tries other losses and other moments: `TEST_SEED=7 npm test -- faults`. */
export const SEED = seedOr(1);

/** `length` bytes without a pattern, so that a block in the wrong place is noticed. */
export function seededBytes(seed: number, length: number): Buffer {
  return Buffer.from(new SeededRandom(seed).bytes(length));
}
