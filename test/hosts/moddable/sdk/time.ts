/** The SDK's `time`, on a clock that the tests move. */
let now = 0;
let isBroken = false;

/** Makes the next reading of the clock throw: no other part of the server can be made to throw. */
export function breakOnce(): void {
  isBroken = true;
}

/** Sets the board's count of milliseconds, which has 32 bits and a sign. */
export function setTicks(ticks: number): void {
  now = ticks | 0;
}

export function passTime(milliseconds: number): void {
  setTicks(now + milliseconds);
}

export default {
  get ticks(): number {
    if (isBroken) {
      isBroken = false;
      throw new Error("no time");
    }
    return now;
  },
};
