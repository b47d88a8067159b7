declare module "embedded:storage/files" {
  /** The root of the board's file system. Loading it mounts the file system, and formats one that cannot be mounted. */
  const files: import("../storage/directory.js").Directory;
  export default files;
}
