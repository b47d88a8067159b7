/** How often a rule was used: it found the file, took the upload, or refused. */
export interface RuleUse {
  /** Number of the rule, from 1. */
  readonly rule: number;
  /** The pattern of names as it was written, safe for a terminal. */
  readonly match: string;
  /** Requests since the rules were read. */
  readonly count: number;
}
