/** A local file that cannot be read or written. */
export class LocalFileError extends Error {}
