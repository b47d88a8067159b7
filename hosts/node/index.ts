/**
 * A TFTP server for Node programs.
 */
export * from "../../src/index.js";
export type { Catalogue, ListedFile } from "../common/catalogue.js";
export type { StatusSource } from "../status/source.js";
export { STATUS_PAGE_PORT } from "./addresses.js";
export type { ChecksummedStorage } from "./checksums.js";
export {
  type ClientTransferOptions,
  type FetchedFile,
  type GetOptions,
  type GetToOptions,
  get,
  put,
  type TransferSummary,
} from "./client.js";
export { type DirectoryOptions, DirectoryStorage, type WritePolicy } from "./directory-storage.js";
export { type NameRule, NameRules } from "./name-rules.js";
export { type Renamed, RuleStorage } from "./rule-storage.js";
export type { ServedOptions } from "./served.js";
export {
  type CloseOptions,
  type EndedTransfer,
  type ListeningAddress,
  type RefusedRequest,
  type RenamedRequest,
  TftpServer,
  type TftpServerEvents,
  type TftpServerOptions,
} from "./server.js";
export {
  type ChangedFile,
  StatusPage,
  type StatusPageEvents,
  type StatusPageOptions,
} from "./status-page.js";
export { TftpError, type TftpErrorCode, type TftpErrorDetails } from "./tftp-error.js";
export type { TransferMode } from "./tftp-url.js";
export type { PortRange } from "./transfer-ports.js";
export type { PutSource } from "./upload-source.js";
export { errorText, outcomeText, printable } from "./words.js";
