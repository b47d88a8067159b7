/** The SDK's `time`, on a clock that the tests move. */
let now = 0;

/** Sets the board's count of milliseconds, which has 32 bits and a sign. */
export function setTicks(ticks: number): void {
  now = ticks | 0;
}

export default {
  get ticks(): number {
    return now;
  },
};
