/**
 * Assertions for cases that run on every JavaScript engine, without a test runner or a platform. A failed one throws an
 * Error that says what was expected.
 */

export function ok(condition: boolean, what: string): asserts condition {
  if (!condition) {
    throw new Error(`${what}: this does not hold`);
  }
}

export function equal<Value>(actual: Value, expected: Value, what: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
  }
}

export function equalBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const length = actual.length < expected.length ? actual.length : expected.length;
  for (let index = 0; index < length; index++) {
    if (actual[index] !== expected[index]) {
      throw new Error(`${what}: byte ${index} is ${actual[index]}, expected ${expected[index]}`);
    }
  }
  equal(actual.length, expected.length, `${what}: length in bytes`);
}

export function equalTexts(actual: readonly string[], expected: readonly string[], what: string): void {
  equal(actual.join(" | "), expected.join(" | "), what);
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
