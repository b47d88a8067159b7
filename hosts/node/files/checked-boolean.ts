/**
 * Returns an option that is true or false.
 *
 * @throws TypeError when it is anything else: the text "false" must not switch something on.
 */
export function checkedBoolean(name: string, value: boolean | undefined, otherwise: boolean): boolean {
  const flag = value ?? otherwise;
  if (typeof flag !== "boolean") {
    throw new TypeError(`${name} is ${JSON.stringify(flag)}; it must be true or false`);
  }
  return flag;
}
