/**
 * A TFTP server and client for Node programs.
 */
export {
  type Address,
  BUSY,
  DISK_FULL,
  EXISTS,
  FAILED,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type Outcome,
  type ReadableFile,
  type Refusal,
  type RetransmissionOptions,
  type Storage,
  type TransferView,
  type WritableFile,
} from "../../src/index.js";
export type { Catalogue, ListedFile } from "../common/catalogue.js";
export type { Later, LaterStorage, LaterWritableFile } from "../common/later/later-storage.js";
export { errorText, outcomeName, outcomeText } from "../common/outcomes.js";
export { printable } from "../common/printable.js";
export { type Reason, type ReasonCode, refuse } from "../common/reasons.js";
export type { RuleUse } from "../common/rule-use.js";
export type { WritePolicy } from "../common/write-policy.js";
export type { AddressedClient, AddressSource, BootState } from "../status/address-source.js";
export type { NamedUpload, NameRights } from "../status/name-rights.js";
export type { StatusSource } from "../status/source.js";
export type {
  ClientTransferOptions,
  FetchedFile,
  GetOptions,
  GetToOptions,
  TransferSummary,
} from "./client/client-options.js";
export { get, put } from "./client/get-and-put.js";
export { TftpError, type TftpErrorCode, type TftpErrorDetails } from "./client/tftp-error.js";
export type { TransferMode } from "./client/tftp-url.js";
export type { PutSource } from "./client/upload-source.js";
export type { ContentOptions } from "./content.js";
export type { ChecksummedStorage } from "./files/checksums.js";
export { type DirectoryOptions, DirectoryStorage } from "./files/directory-storage.js";
export type { PlacedUploads, UploadPlace } from "./files/upload-place.js";
export type { HttpDownload } from "./http/file-exchange.js";
export type { OpenedForClient } from "./later/awaited-call.js";
export type { NameRule } from "./rules/name-rule.js";
export { NameRules, type NameRulesOptions, type RuledName } from "./rules/name-rules.js";
export { type Renamed, RuleStorage } from "./rules/rule-storage.js";
export { TftpServer } from "./server.js";
export type {
  CloseOptions,
  EndedTransfer,
  ListeningAddress,
  RefusedRequest,
  RenamedRequest,
  TftpServerEvents,
  TftpServerOptions,
  TransferSnapshot,
} from "./server-options.js";
export {
  type ChangedFile,
  StatusPage,
  type StatusPageEvents,
  type StatusPageOptions,
} from "./status/status-page.js";
export { STATUS_PAGE_PORT } from "./udp/addresses.js";
export type { IgnoredRequest } from "./udp/broadcast-requests.js";
export type { PortRange } from "./udp/transfer-ports.js";
export type { UpstreamOptions } from "./upstream/upstream-options.js";
