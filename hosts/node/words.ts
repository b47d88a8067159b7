/** Numbers in words, for people. */
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STOPPED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  type Outcome,
} from "../../src/index.js";

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  [OUTCOME_COMPLETED]: "completed",
  [OUTCOME_PROBABLY_COMPLETED]: "probably completed: all was sent, the last acknowledgement did not come",
  [OUTCOME_DECLINED]: "declined by the client, perhaps after it learned the size",
  [OUTCOME_ABORTED_BY_PEER]: "aborted by the client",
  [OUTCOME_TIMED_OUT]: "timed out: nothing more came from the client",
  [OUTCOME_SUPERSEDED]: "given up: the client asked for something else",
  [OUTCOME_STORAGE_FAILED]: "failed: the file could not be read or written",
  [OUTCOME_PROTOCOL_VIOLATED]: "failed: the client sent a larger block than was agreed",
  [OUTCOME_TOO_LARGE]: "failed: the upload is larger than is allowed",
  [OUTCOME_STOPPED]: "stopped with the server",
};

/** What an {@link Outcome} means. */
export function outcomeText(outcome: Outcome): string {
  return OUTCOMES[outcome] ?? `ended (${outcome})`;
}

/** The error codes of RFC 1350 §5 and, the last, RFC 2347. */
const ERRORS: readonly string[] = [
  "failed",
  "not found",
  "access refused",
  "no room, or larger than is allowed",
  "not a proper request",
  "unknown transfer",
  "exists already",
  "no such user",
  "options not accepted",
];

/** What an error code of RFC 1350 §5 or RFC 2347 means. */
export function errorText(errorCode: number): string {
  return ERRORS[errorCode] ?? "a code that no RFC knows";
}

/** `1 transfer`, `2 transfers`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** The longest piece of a peer's text that is shown. */
const MAX_SHOWN_CHARACTERS = 200;
/** Control characters, invisible and direction-changing ones, and line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Makes a text that a peer chose safe for a terminal or a log: escapes what is not printable, limits the length. */
export function printable(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, MAX_SHOWN_CHARACTERS).join("");
  const escaped = shown.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return characters.length > MAX_SHOWN_CHARACTERS ? `${escaped}...` : escaped;
}
