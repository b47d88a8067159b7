/** The error that is reported. A warning also shows `detail`. */
export function failure(what: string, cause: unknown): Error {
  const error = new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  return Object.assign(error, cause instanceof Error ? { detail: cause.stack } : {});
}
