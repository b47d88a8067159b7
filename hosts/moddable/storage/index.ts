/**
 * Storages of a board (`lockstep-tftp/storage`). A storage of your own needs only the two methods of the engine's
 * `Storage`; what they throw, the server catches.
 */
export type { Catalogue, ListedFile } from "../../common/catalogue.js";
export { ArchiveStorage } from "./archive-storage.js";
export type { Directory, File, FileStatus } from "./directory.js";
export { FileStorage, type FileStorageOptions, type WritePolicy } from "./file-storage.js";
export { OverlayStorage, type OverlayStorageOptions } from "./overlay-storage.js";
export { ResourceStorage } from "./resource-storage.js";
