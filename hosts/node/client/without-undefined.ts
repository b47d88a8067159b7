/** The properties of an object that have a value: options that are undefined count as not given. */
export function withoutUndefined<Properties extends object>(
  properties: Properties,
): { [Name in keyof Properties]?: Exclude<Properties[Name], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Properties]?: Exclude<Properties[Name], undefined>;
  };
}
