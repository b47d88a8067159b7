/** What the XS worker gives to programs beside the language itself. */

/**
 * Sets the limit of steps (0: none) and the count of steps.
 *
 * @returns the count as it was.
 */
declare function resetMeter(limit: number, count: number): number;
