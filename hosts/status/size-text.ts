/** Amounts of bytes, for the page in a browser and for a terminal. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export interface Size {
  readonly amount: number;
  readonly unit: (typeof UNITS)[number];
}

/** @param unitEnd so many of a unit are one of the next. */
export function inUnits(bytes: number, unitEnd = 1024): Size {
  let amount = bytes;
  let unit = 0;
  while (amount >= unitEnd && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return { amount, unit: UNITS[unit] as Size["unit"] };
}

/** Eight characters at the most, as `1.5 MiB` or `1023 KiB`. */
export function sizeText(bytes: number): string {
  // What would be rounded to 1024 is one of the next unit.
  const { amount, unit } = inUnits(bytes, 1023.5);
  const digits = unit !== "B" && amount < 99.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${unit}`;
}
