/** The range of bytes that a request over HTTP asks for (RFC 9110 §14). */

export interface ByteRange {
  readonly first: number;
  /** The position of the last byte. */
  readonly last: number;
}

/** The range lies outside the file. */
export const UNSATISFIABLE = "unsatisfiable";

/**
 * @param header the header `Range`.
 * @returns undefined for the whole file: without a range, with several, or with one that is not understood, as RFC 9110
 * §14.2 allows.
 */
export function requestedRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | typeof UNSATISFIABLE | undefined {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") {
    return undefined;
  }
  // `-n` is the last n bytes.
  const from = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) {
    return undefined;
  }
  return from < sizeBytes && from <= to ? { first: from, last: to } : UNSATISFIABLE;
}
