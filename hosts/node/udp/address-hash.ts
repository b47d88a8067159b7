/**
 * Different in each process, so that nobody can choose addresses that meet in one bucket. Nothing that is sent shows it, so
 * it need not be one of cryptography.
 */
const SEED = Math.floor(Math.random() * 2 ** 32);
/** The prime of the 32-bit FNV hash. */
const PRIME = 0x01000193;

/** Mixes the characters of an address (FNV-1a with a seed of its own). */
export function addressHash(address: string | number): number {
  const text = address as string;
  let hash = SEED;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  }
  return hash;
}
