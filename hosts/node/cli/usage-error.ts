/** A mistake in the command line or in a configuration file: the message says which, and what to write instead. */
export class UsageError extends Error {}
