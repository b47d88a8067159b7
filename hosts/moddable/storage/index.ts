/**
 * Storages of a board (`lockstep-tftp/storage`). A custom storage needs only the two methods of the engine's `Storage`;
 * the server catches what they throw.
 */
export type { Catalogue, ListedFile } from "../../common/catalogue.js";
export type { ReasonCode } from "../../common/reasons.js";
export type { WritePolicy } from "../../common/write-policy.js";
export { type ArchiveMemory, ArchiveStorage } from "./archive-storage.js";
export type { Directory, File, FileStatus } from "./directory.js";
export { FileStorage, type FileStorageOptions } from "./file-storage.js";
export { OverlayStorage, type OverlayStorageOptions } from "./overlay-storage.js";
export type { ReasonedStorage } from "./reasoned-storage.js";
export { ResourceStorage } from "./resource-storage.js";
