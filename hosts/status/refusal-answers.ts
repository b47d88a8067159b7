/** Refusals of a storage as answers over HTTP. */
import { BUSY, DISK_FULL, EXISTS, FORBIDDEN, NOT_FOUND, type Refusal } from "../../src/index.js";
import { takeReason } from "../common/reasons.js";
import {
  type Answer,
  errorAnswer,
  STATUS_CONFLICT,
  STATUS_FAILED,
  STATUS_FORBIDDEN,
  STATUS_NO_ROOM,
  STATUS_NOT_FOUND,
  STATUS_UNAVAILABLE,
} from "./answer.js";
import { shownReason } from "./shown-reason.js";

/** Answer to an upload of `name` that the storage has refused, with the reason that it has left. */
export function refusedUpload(refusal: Refusal, name: string): Answer {
  const reason = takeReason(refusal);
  const why = reason === undefined ? "" : `: ${shownReason(reason)}`;
  switch (refusal) {
    case NOT_FOUND:
      return errorAnswer(STATUS_NOT_FOUND, `The folder of "${name}" does not exist. Create it on the server.`);
    case FORBIDDEN:
      return errorAnswer(
        STATUS_FORBIDDEN,
        `"${name}" cannot be written${why}. Choose another name, or check the folder's permissions.`,
      );
    case EXISTS:
      return errorAnswer(STATUS_CONFLICT, `"${name}" already exists. Choose another name, or allow overwriting.`);
    default:
      return otherRefusal(refusal, name);
  }
}

/** Answer to a removal of `name` that the storage has refused. */
export function refusedRemoval(refusal: Refusal, name: string): Answer {
  switch (refusal) {
    case NOT_FOUND:
      return errorAnswer(STATUS_NOT_FOUND, `"${name}" no longer exists. Reload the list.`);
    case FORBIDDEN:
      return errorAnswer(STATUS_FORBIDDEN, `"${name}" cannot be removed here. Remove it on the server.`);
    default:
      return otherRefusal(refusal, name);
  }
}

function otherRefusal(refusal: Refusal, name: string): Answer {
  switch (refusal) {
    case DISK_FULL:
      return errorAnswer(STATUS_NO_ROOM, `No space left for "${name}". Remove files, then try again.`);
    case BUSY:
      return errorAnswer(STATUS_UNAVAILABLE, "The server is out of memory or open files. Try again soon.");
    default:
      return errorAnswer(STATUS_FAILED, `"${name}" could not be changed. Check the server's disk and log.`);
  }
}
