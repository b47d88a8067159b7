/**
 * Files of scenarios: their plans and their bytes.
 */
import { SeededRandom } from "../network/seeded-random.js";
import type { ContentPlan } from "./scenario.js";

/** Sizes around the ends of blocks. */
const SIZES = [0, 1, 7, 8, 9, 15, 16, 511, 512, 513, 1023, 1024, 1025, 4096, 8192] as const;
/** Limit of random sizes. */
export const MAX_CONTENT_BYTES = 24_000;

/** Plans a file of random size. */
export function planContent(random: SeededRandom): ContentPlan {
  const sizeBytes = random.chance(40) ? random.pick(SIZES) : random.below(MAX_CONTENT_BYTES);
  return { sizeBytes, seed: random.uint32(), isText: random.chance(40) };
}

/** Makes the bytes of a planned file. */
export function plannedContent({ sizeBytes, seed, isText }: ContentPlan): Uint8Array {
  const random = new SeededRandom(seed);
  const bytes = random.bytes(sizeBytes);
  if (isText) {
    for (let index = 0; index < sizeBytes; index++) {
      if (random.chance(20)) {
        bytes[index] = random.pick([0x0a, 0x0d, 0x00]);
      }
    }
  }
  return bytes;
}
