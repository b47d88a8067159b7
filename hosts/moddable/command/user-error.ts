/** Something that the person at the keyboard can mend: the message says what, and how. */
export class UserError extends Error {}
