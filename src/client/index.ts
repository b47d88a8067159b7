/**
 * A TFTP client without I/O. A host brings a {@link Transport}, hands datagrams to
 * {@link Client.receive}, and calls {@link Client.poll} when {@link Client.nextAt} says so.
 */
export type {
  Address,
  LocalPort,
  ReadableFile,
  Refusal,
  TransferObserver,
  TransferView,
  Transport,
  WritableFile,
} from "../host.js";
export { FIRST_LISTENER } from "../host.js";
export type { Outcome } from "../outcome.js";
export { NEVER } from "../schedule.js";
export type { RetransmissionOptions } from "../settings.js";
export { Client, NO_SLOT } from "./client.js";
export type { ClientRequest } from "./request.js";
export type { ClientOptions } from "./settings.js";
export type { ClientObserver, ClientTransferView } from "./transfer.js";
