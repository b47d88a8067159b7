declare module "embedded:storage/files" {
  /** The root of the board's file system. Making it mounts the file system, and formats what cannot be mounted. */
  const files: import("../storage/directory.js").Directory;
  export default files;
}
