/**
 * A seeded generator: xoroshiro64** of Blackman and Vigna (2018), with two 32-bit words of state, which JavaScript computes
 * alike on every machine. Not for secrets.
 */
export class SeededRandom {
  private low: number;
  private high: number;

  /** @param seed any whole number; different seeds give unrelated sequences. */
  constructor(seed: number) {
    this.low = mixed(seed | 0);
    // Bits above 32 count as well. The state must not be all zero: the last bit ensures that.
    this.high = mixed((Math.floor(seed / 0x1_0000_0000) ^ 0x5bf0_3635) | 0) | 1;
  }

  /** Returns a whole number from 0 to 4,294,967,295. */
  uint32(): number {
    const low = this.low;
    const high = this.high ^ low;
    const product = Math.imul(low, 0x9e37_79bb);
    this.low = rotated(low, 26) ^ high ^ (high << 9);
    this.high = rotated(high, 13);
    return Math.imul(rotated(product, 5), 5) >>> 0;
  }

  /** Returns a whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * limit);
  }

  /** Returns a whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** Returns true in `percent` of a hundred cases; fractions count. */
  chance(percent: number): boolean {
    return percent > 0 && this.uint32() < (percent / 100) * 0x1_0000_0000;
  }

  /** Picks an item of `list`, which must not be empty. */
  pick<Item>(list: readonly Item[]): Item {
    return list[this.below(list.length)] as Item;
  }

  /** Returns `length` bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let word = 0;
    for (let index = 0; index < length; index++) {
      word = index % 4 === 0 ? this.uint32() : word >>> 8;
      bytes[index] = word;
    }
    return bytes;
  }

  /** Makes an independent generator: drawing more from one changes nothing in the other. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32() * 0x20_0000 + (this.uint32() >>> 11));
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Spreads neighbouring seeds over all 32 bits (the final mix of MurmurHash3). */
function mixed(seed: number): number {
  let word = seed ^ 0x2545_f491;
  word = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
  return word ^ (word >>> 16);
}
