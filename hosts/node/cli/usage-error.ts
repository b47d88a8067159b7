/** A mistake in the command line or in a configuration file. The message names it and says what to write instead. */
export class UsageError extends Error {}
