/**
 * The engine: a TFTP server without I/O. A host brings a {@link Transport} and a {@link Storage}, hands datagrams to
 * {@link Server.request} and {@link Server.receive}, and calls {@link Server.poll} when {@link Server.nextAt} says so.
 */
export { checked } from "./checked.js";
export {
  type Address,
  BUSY,
  DISK_FULL,
  EXISTS,
  FAILED,
  FIRST_LISTENER,
  FORBIDDEN,
  type LocalPort,
  NOT_FOUND,
  type Observer,
  type ReadableFile,
  type Refusal,
  type Storage,
  type TransferObserver,
  type TransferView,
  type Transport,
  type WritableFile,
} from "./host.js";
export { cleanName, decodeName, MAX_NAME_BYTES } from "./name.js";
export * from "./outcome.js";
export * from "./packet.js";
export type { AddressHash } from "./peers.js";
export { isRefusal } from "./refusal.js";
export type { RetransmissionOptions } from "./retransmission.js";
export { NEVER } from "./schedule.js";
export { Server } from "./server.js";
export type { ServerOptions } from "./server-options.js";
