/**
 * Something that must never happen has happened. The simulation that sees it adds the seed and the packet log.
 */
export class RuleViolation extends Error {
  /** The name of its class, as every error has it. */
  override readonly name: string = "RuleViolation";
}

/** Ends the run with a {@link RuleViolation}. */
export function violated(what: string): never {
  throw new RuleViolation(what);
}
