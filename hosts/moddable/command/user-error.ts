/** An error that the user can correct: the message says what is wrong, and what to do. */
export class UserError extends Error {}
