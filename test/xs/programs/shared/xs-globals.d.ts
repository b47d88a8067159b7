/** Functions that the XS worker adds to the language. */

/**
 * Sets the limit of steps (0: none) and the count of steps.
 *
 * @returns the count as it was.
 */
declare function resetMeter(limit: number, count: number): number;
