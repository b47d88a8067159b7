/** Contents of files for tests. */
import { SeededRandom } from "lockstep-tftp/simulated";

/** Bytes without a pattern: no two blocks are alike, so that a block in the wrong place is noticed. */
export function contents(sizeBytes: number): Uint8Array {
  return new SeededRandom(sizeBytes).bytes(sizeBytes);
}
