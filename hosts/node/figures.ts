/** Amounts and times, short enough for a column. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Eight characters at the most, as `1.5 MiB` or `1023 KiB`. */
export function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // What would be rounded to 1024 is one of the next unit.
  while (amount >= 1023.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  const digits = unit > 0 && amount < 99.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${UNITS[unit]}`;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** From here on nobody asks for minutes. */
const HOURS_ALONE = 10;
const HOURS_SHOWN_MAX = 99;

/** Five characters at the most, as `0:07`, `59:59`, `2h05m`, `12h` or `>99h`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const hours = Math.floor(whole / HOUR_SECONDS);
  const minutes = Math.floor(whole / MINUTE_SECONDS) % MINUTE_SECONDS;
  if (hours > HOURS_SHOWN_MAX) {
    return `>${HOURS_SHOWN_MAX}h`;
  }
  if (hours >= HOURS_ALONE) {
    return `${hours}h`;
  }
  return hours > 0 ? `${hours}h${twoDigits(minutes)}m` : `${minutes}:${twoDigits(whole % MINUTE_SECONDS)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
