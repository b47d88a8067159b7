/** Times that fit a narrow column. */

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** Minutes are left out from this many hours on. */
const MIN_HOURS_ALONE = 10;
const MAX_HOURS_SHOWN = 99;

/** At most five characters, as `0:07`, `59:59`, `2h05m`, `12h` or `>99h`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const hours = Math.floor(whole / HOUR_SECONDS);
  const minutes = Math.floor(whole / MINUTE_SECONDS) % MINUTE_SECONDS;
  if (hours > MAX_HOURS_SHOWN) {
    return `>${MAX_HOURS_SHOWN}h`;
  }
  if (hours >= MIN_HOURS_ALONE) {
    return `${hours}h`;
  }
  return hours > 0 ? `${hours}h${twoDigits(minutes)}m` : `${minutes}:${twoDigits(whole % MINUTE_SECONDS)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
