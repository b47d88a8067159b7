/** The part that broke a rule, as far as the simulation can tell. */
export type Culprit = "engine" | "storage" | "observer" | "unknown";

/** A rule was broken. The simulation that catches it adds the seed and the packet log. */
export class RuleViolation extends Error {
  /** The name of its class, as every error has it. */
  override readonly name: string = "RuleViolation";

  constructor(
    message: string,
    /** The part that broke the rule. */
    readonly culprit: Culprit = "engine",
  ) {
    super(message);
  }
}

/** Ends the run with a {@link RuleViolation} of the engine. */
export function violated(what: string): never {
  throw new RuleViolation(what);
}

/** Blames code that the user of the simulation brought for what it threw. */
export function violationOf(culprit: Culprit, what: string, error: unknown): RuleViolation {
  return error instanceof RuleViolation ? error : new RuleViolation(`${what} threw ${textOfError(error)}`, culprit);
}

/** An error with its stack, or whatever else was thrown. */
export function textOfError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
