/** Older rates count for less: after so long, for about a third. */
const MEMORY_MS = 2000;
/** In a shorter time a window of blocks more or less would make the rate jump. */
const SAMPLE_MS = 250;

/** Measures how fast a number of bytes grows, smoothly enough to be read. */
export class RateMeter {
  /** -1 as long as nothing was measured. */
  bytesPerSecond = -1;

  constructor(
    private bytes: number,
    private at: number,
  ) {}

  /** @param now in milliseconds. */
  see(bytes: number, now: number): void {
    const elapsedMs = now - this.at;
    if (elapsedMs < SAMPLE_MS) {
      return;
    }
    const rate = (Math.max(0, bytes - this.bytes) / elapsedMs) * 1000;
    const weight = this.bytesPerSecond < 0 ? 1 : 1 - Math.exp(-elapsedMs / MEMORY_MS);
    this.bytesPerSecond += (rate - this.bytesPerSecond) * weight;
    this.bytes = bytes;
    this.at = now;
  }
}
