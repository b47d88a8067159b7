/** Explains why a transfer of the client failed: what happened, and what to do. */
import {
  ERROR_FILE_NOT_FOUND,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  OUTCOME_UNANSWERED,
} from "../../../src/index.js";
import { errorText } from "../../common/outcomes.js";
import { printable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { TransferEnd } from "./socket-transfer.js";
import type { TftpErrorCode } from "./tftp-error.js";

/** The largest block number; 0 follows it, where both ends agree to that. */
export const MAX_BLOCK_NUMBER = 65_535;

export interface FailedRequest {
  readonly isPut: boolean;
  readonly useOptions: boolean;
  /** The address or name that was asked. */
  readonly host: string;
  /** Why the local file could not be read or written, if that was the failure. */
  readonly localProblem: string;
}

export interface Failure {
  readonly code: TftpErrorCode;
  readonly text: string;
}

export function explainFailure(end: TransferEnd, request: FailedRequest): Failure {
  const cause = end.networkError?.message;
  switch (end.outcome) {
    case OUTCOME_DECLINED:
    case OUTCOME_ABORTED_BY_PEER:
      return explainRefusal(end, request.isPut);
    case OUTCOME_UNANSWERED: {
      if (end.otherAddress !== undefined) {
        const text = `${end.otherAddress} answered in place of ${request.host}; ask ${end.otherAddress} instead`;
        return { code: "no-answer", text };
      }
      const note = cause === undefined ? "" : ` (${cause})`;
      return { code: "no-answer", text: `no response${note}; check the address, and that no firewall blocks UDP` };
    }
    case OUTCOME_TIMED_OUT:
      return {
        code: "timed-out",
        text: `the server stopped responding after ${end.bytes} bytes; ${adviceOnSilence(end)}`,
      };
    case OUTCOME_PROBABLY_COMPLETED:
      return {
        code: "unconfirmed",
        text: "everything was sent, but the last acknowledgement did not arrive; check whether the server has the file",
      };
    case OUTCOME_PROTOCOL_VIOLATED: {
      const advice = request.useOptions ? "try without options" : "look for a newer version of the server";
      const isShort = !request.isPut && end.bytes < end.sizeBytes;
      const note = isShort ? `: fewer bytes came than the ${end.sizeBytes} that it announced` : "";
      return { code: "protocol", text: `the server does not keep to the protocol${note}; ${advice}` };
    }
    case OUTCOME_TOO_LARGE:
      return { code: "too-large", text: "the file is larger than the limit; raise the limit to accept it" };
    case OUTCOME_STORAGE_FAILED:
      return { code: "local-file", text: request.localProblem };
    default:
      return {
        code: "unreachable",
        text: `this machine cannot send to that address: ${cause ?? "the transfer was stopped"}; check the network`,
      };
  }
}

function explainRefusal(end: TransferEnd, isPut: boolean): Failure {
  if (end.errorCode === ERROR_FILE_NOT_FOUND) {
    return {
      code: "not-found",
      text: isPut
        ? "the server has no folder for it; create the folder there first"
        : "the server has no such file; check the name, including upper and lower case",
    };
  }
  const serverText = printable(end.errorText);
  const said = serverText === "" ? `ERROR ${end.errorCode}, ${errorText(end.errorCode)}` : serverText;
  const note = isAtEndOfNumbers(end) ? `; ${uncounted(end)}` : adviceOnSize(end, isPut);
  return { code: "refused", text: `the server says: ${said}${note}` };
}

/** A server may refuse a file whose size it is not told in advance (RFC 2349 `tsize`). */
function adviceOnSize({ bytes, sizeBytes }: TransferEnd, isPut: boolean): string {
  return isPut && bytes === 0 && sizeBytes < 0
    ? "; if it wants to know the size, which a stream does not tell, save the stream as a file and put that"
    : "";
}

function adviceOnSilence(end: TransferEnd): string {
  return isAtEndOfNumbers(end)
    ? uncounted(end)
    : "try again, and wait for longer if it needs time, as to erase its flash";
}

/** Whether a transfer ended where block numbers begin again at 0: a peer that cannot count further ends there. */
function isAtEndOfNumbers({ blocks, windowSize }: TransferEnd): boolean {
  return Math.abs(blocks - MAX_BLOCK_NUMBER) <= windowSize;
}

function uncounted({ blockSizeBytes }: TransferEnd): string {
  const size = sizeText(MAX_BLOCK_NUMBER * blockSizeBytes);
  return `it may not count past block ${MAX_BLOCK_NUMBER}, the end of ${size}: use a smaller file, or larger blocks`;
}
