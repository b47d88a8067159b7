/** Amounts of bytes, for the page in a browser and for a terminal. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
/** Amounts from here on would be rounded to 1024, and are shown as 1 of the next unit. */
const UNIT_END = 1023.5;

/** At most eight characters, as `1.5 MiB` or `1023 KiB`. */
export function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= UNIT_END && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  const digits = unit > 0 && amount < 99.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${UNITS[unit]}`;
}
