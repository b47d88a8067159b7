/** Time constant of the average: the weight of a rate falls to about a third after this time. */
const AVERAGING_MS = 2000;
/** In shorter samples, one window of blocks more or less makes the rate jump. */
const MIN_SAMPLE_MS = 250;

/** Measures how fast a number of bytes grows, as a moving average that a person can read. */
export class RateMeter {
  /** -1 before the first measurement. */
  bytesPerSecond = -1;

  constructor(
    private bytes: number,
    private at: number,
  ) {}

  /** @param now time in milliseconds. */
  update(bytes: number, now: number): void {
    const elapsedMs = now - this.at;
    if (elapsedMs < MIN_SAMPLE_MS) {
      return;
    }
    const rate = (Math.max(0, bytes - this.bytes) / elapsedMs) * 1000;
    const weight = this.bytesPerSecond < 0 ? 1 : 1 - Math.exp(-elapsedMs / AVERAGING_MS);
    this.bytesPerSecond += (rate - this.bytesPerSecond) * weight;
    this.bytes = bytes;
    this.at = now;
  }
}
