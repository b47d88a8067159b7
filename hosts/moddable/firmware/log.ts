/** Lines of the firmware on the console. A line is made only if the log is on. */
import { OUTCOME_COMPLETED, type Outcome } from "../../../src/index.js";
import { errorName, outcomeName, type Reason, type TFTPRefusedRequest, type TFTPTransfer } from "../server.js";

/** A longer name is cut. */
const MAX_NAME_CHARACTERS = 64;

export class Log {
  constructor(private readonly isOn: boolean) {}

  say(text: string): void {
    if (this.isOn) {
      trace(`${text}\n`);
    }
  }

  ended(transfer: TFTPTransfer, outcome: Outcome, durationMs: number): void {
    if (this.isOn) {
      const repeated = transfer.retransmissions === 0 ? "" : `, ${transfer.retransmissions} retransmissions`;
      const figures = `${transfer.bytes} bytes in ${durationMs} ms${repeated}`;
      const name = outcomeName(outcome);
      // The usual outcome is one word.
      const result = outcome === OUTCOME_COMPLETED ? name : words(name);
      this.say(`${subject(transfer)}: ${result}, ${figures}`);
    }
  }

  refused(request: TFTPRefusedRequest, errorCode: number, reason: Reason | undefined): void {
    if (this.isOn) {
      this.say(`${subject(request)}: ${reason?.text ?? words(errorName(errorCode))}`);
    }
  }
}

function subject({ address, isUpload, name }: Pick<TFTPTransfer, "address" | "isUpload" | "name">): string {
  return `${address} ${isUpload ? "puts" : "gets"} "${printable(name)}"`;
}

/**
 * A name that is safe for a terminal: printable ASCII, and bytes that are not UTF-8 as `\xff`. It is cut where it is long.
 */
export function printable(name: string): string {
  return isPlain(name) ? name : escaped(name);
}

/** Most names are. Each call of a string's method leaves two slots on XS, so a buffer is looked through. */
function isPlain(name: string): boolean {
  const bytes = new DataView(ArrayBuffer.fromString(name));
  for (let index = 0; index < bytes.byteLength; index++) {
    if (!isPrintable(bytes.getUint8(index))) {
      return false;
    }
  }
  return bytes.byteLength <= MAX_NAME_CHARACTERS;
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}

function escaped(name: string): string {
  let shown = "";
  for (let index = 0; index < name.length && index < MAX_NAME_CHARACTERS; index++) {
    const code = name.charCodeAt(index);
    if (code >= 0xdc80 && code <= 0xdcff) {
      shown += `\\x${(code & 0xff).toString(16)}`;
    } else {
      shown += isPrintable(code) ? name.charAt(index) : "?";
    }
  }
  return name.length > MAX_NAME_CHARACTERS ? `${shown}...` : shown;
}

/** A name of the data as words: `timed out` for `timed_out`. */
function words(name: string): string {
  return name.replaceAll("_", " ");
}
