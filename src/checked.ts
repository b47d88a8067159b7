/**
 * Hands back the value of an option, if it is a whole number from `least` to `most`.
 *
 * @throws RangeError that says what is wrong with which option.
 */
export function checked(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to ${most}`);
  }
  return value;
}
