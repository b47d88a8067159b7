/** Numbers that look random and are the same for the same seed, on every engine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A whole number from 0 to `limit` less one ("mulberry32", public domain). */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  }

  /** True as often as `part` says, 0 to 1. */
  chance(part: number): boolean {
    return this.below(1_000_000) < part * 1_000_000;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) {
      bytes[index] = this.below(256);
    }
    return bytes;
  }
}

/** The contents of a file for a test: no two blocks are alike, so that a block in the wrong place is seen. */
export function contents(sizeBytes: number): Uint8Array {
  return new Random(sizeBytes).bytes(sizeBytes);
}
