/**
 * What the firmware says on the console: lines for people. A line is made only when it is wanted.
 */
import {
  type Address,
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  type Outcome,
  type TransferView,
} from "../../../src/index.js";
import { addressText } from "../server.js";

/** The longest piece of a name that is shown. */
const MAX_NAME_CHARACTERS = 64;

export class Log {
  constructor(private readonly isOn: boolean) {}

  say(text: string): void {
    if (this.isOn) {
      trace(`${text}\n`);
    }
  }

  ended(transfer: TransferView, outcome: Outcome, durationMs: number): void {
    if (this.isOn) {
      const repeated = transfer.retransmissions === 0 ? "" : `, ${transfer.retransmissions} repeated`;
      const figures = `${transfer.bytes} bytes in ${durationMs} ms${repeated}`;
      this.say(`${subject(transfer.address, transfer.isUpload, transfer.name)}: ${outcomeText(outcome)}, ${figures}`);
    }
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address): void {
    if (this.isOn) {
      this.say(`${subject(address, isUpload, name)}: ${errorText(errorCode)}`);
    }
  }
}

function subject(address: Address, isUpload: boolean, name: string): string {
  return `${addressText(address)} ${isUpload ? "puts" : "gets"} "${printable(name)}"`;
}

/** A name as a terminal can bear it: ASCII that prints, and not too much of it. */
export function printable(name: string): string {
  let shown = "";
  for (let index = 0; index < name.length && index < MAX_NAME_CHARACTERS; index++) {
    const code = name.charCodeAt(index);
    shown += code >= 0x20 && code < 0x7f ? name.charAt(index) : "?";
  }
  return name.length > MAX_NAME_CHARACTERS ? `${shown}...` : shown;
}

function outcomeText(outcome: Outcome): string {
  switch (outcome) {
    case OUTCOME_COMPLETED:
      return "completed";
    case OUTCOME_PROBABLY_COMPLETED:
      return "completed but for the last acknowledgement";
    case OUTCOME_DECLINED:
      return "declined by the client";
    case OUTCOME_ABORTED_BY_PEER:
      return "aborted by the client";
    case OUTCOME_TIMED_OUT:
      return "timed out";
    case OUTCOME_SUPERSEDED:
      return "given up for another request";
    case OUTCOME_STORAGE_FAILED:
      return "failed in the storage";
    case OUTCOME_TOO_LARGE:
      return "too large";
    default:
      return `ended (${outcome})`;
  }
}

function errorText(errorCode: number): string {
  switch (errorCode) {
    case ERROR_FILE_NOT_FOUND:
      return "not found";
    case ERROR_ACCESS_VIOLATION:
      return "not allowed";
    case ERROR_DISK_FULL:
      return "no room";
    case ERROR_ILLEGAL_OPERATION:
      return "not a proper request";
    case ERROR_FILE_EXISTS:
      return "exists already";
    default:
      return `error ${errorCode}`;
  }
}
