/**
 * The engine: a TFTP server without I/O. A host brings a {@link Transport} and a {@link Storage}, hands datagrams to
 * {@link Server.request} and {@link Server.receive}, and calls {@link Server.poll} when {@link Server.nextAt} says so.
 */
export {
  type Address,
  BUSY,
  DISK_FULL,
  EXISTS,
  FAILED,
  FIRST_LISTENER,
  FORBIDDEN,
  isRefusal,
  type LocalPort,
  NOT_FOUND,
  type Observer,
  PENDING,
  type ReadableFile,
  type Refusal,
  type Storage,
  type TransferObserver,
  type TransferView,
  type Transport,
  type WritableFile,
} from "./host.js";
export { cleanName, MAX_NAME_BYTES } from "./name.js";
export {
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
  OUTCOME_UNANSWERED,
  type Outcome,
} from "./outcome.js";
export {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_OPTION_NEGOTIATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_BYTES,
  MAX_BLOCK_BYTES,
  MAX_PACKET_BYTES,
  MAX_PORT,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  TFTP_PORT,
} from "./packet.js";
export { NEVER } from "./schedule.js";
export { Server } from "./server.js";
export { checked, type RetransmissionOptions, type ServerOptions } from "./settings.js";
export { decodeName } from "./text.js";
export type { AddressHash } from "./transfers.js";
