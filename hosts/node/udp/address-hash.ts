/**
 * Differs in each process, so that an attacker cannot choose addresses that share a bucket. Nothing that is sent reveals
 * it, so it need not be cryptographically random.
 */
const SEED = Math.floor(Math.random() * 2 ** 32);
/** The prime of the 32-bit FNV hash. */
const PRIME = 0x01000193;

/** Hashes the characters of an address: FNV-1a with the seed of this process. */
export function addressHash(address: string | number): number {
  const text = address as string;
  let hash = SEED;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  }
  return hash;
}
