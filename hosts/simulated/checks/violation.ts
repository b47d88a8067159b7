/**
 * Something that must never happen has happened. The simulation that sees it adds the seed and the packet log.
 */
export class Violation extends Error {
  /** The name of its class, as every error has it. */
  override readonly name: string = "Violation";
}

/** Ends the run with a {@link Violation}. */
export function violated(what: string): never {
  throw new Violation(what);
}
