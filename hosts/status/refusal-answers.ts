/** What a storage's refusal means to a person. */
import { BUSY, DISK_FULL, EXISTS, FORBIDDEN, NOT_FOUND, type Refusal } from "../../src/index.js";
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

/** The answer to a request to put `name`, which the storage has refused. */
export function putRefused(refusal: Refusal, name: string): Answer {
  switch (refusal) {
    case NOT_FOUND:
      return errorAnswer(STATUS_NOT_FOUND, `There is no folder for "${name}". Make the folder on the server first.`);
    case FORBIDDEN:
      return errorAnswer(
        STATUS_FORBIDDEN,
        `"${name}" may not be put there. Choose another name, or let the server's user write to the folder.`,
      );
    case EXISTS:
      return errorAnswer(
        STATUS_CONFLICT,
        `"${name}" exists already, and files may not be replaced. Choose another name, or let the server overwrite.`,
      );
    default:
      return storageRefused(refusal, name);
  }
}

/** The answer to a request to remove `name`, which the storage has refused. */
export function removalRefused(refusal: Refusal, name: string): Answer {
  switch (refusal) {
    case NOT_FOUND:
      return errorAnswer(STATUS_NOT_FOUND, `There is no file "${name}" any more. Look at the list again.`);
    case FORBIDDEN:
      return errorAnswer(STATUS_FORBIDDEN, `"${name}" may not be removed here. Remove it on the server itself.`);
    default:
      return storageRefused(refusal, name);
  }
}

function storageRefused(refusal: Refusal, name: string): Answer {
  switch (refusal) {
    case DISK_FULL:
      return errorAnswer(STATUS_NO_ROOM, `There is no room for "${name}". Remove something, then try again.`);
    case BUSY:
      return errorAnswer(STATUS_UNAVAILABLE, "The server is short of memory or files for the moment. Try again soon.");
    default:
      return errorAnswer(STATUS_FAILED, `"${name}" could not be changed. Look at the server's disk and its log.`);
  }
}
