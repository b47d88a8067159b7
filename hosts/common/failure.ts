/** Errors made of what was thrown, which may be anything. */

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(textOf(thrown));
}

/** The error that is reported. A warning also shows `detail`. */
export function failure(what: string, cause: unknown): Error {
  const error = new Error(`${what}: ${asError(cause).message}`, { cause });
  return Object.assign(error, cause instanceof Error ? { detail: cause.stack } : {});
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    // An object may have no method that makes a text of it, or one that throws.
    return Object.prototype.toString.call(thrown);
  }
}
