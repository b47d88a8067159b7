/*
 * A storage that keeps the last backup of each switch. A backup is named after its sender and the file, such as
 * "192.168.0.20-running-config". A switch gets its own backups back by the names it gave them; the operator gets all of them,
 * by their full names.
 *
 * It does not need the Moddable SDK, so it can be tested under Node.
 */
export default class Backups {
  /** @param files a storage that may overwrite, such as FileStorage. */
  constructor(files, operator) {
    this.files = files;
    this.operator = operator;
  }

  openForReading(name, address) {
    return this.files.openForReading(address === this.operator ? name : keptName(address, name), address);
  }

  openForWriting(name, sizeBytes, address) {
    return this.files.openForWriting(keptName(address, name), sizeBytes, address);
  }
}

/** Folders are left out: the file system has none. */
function keptName(client, name) {
  return `${client}-${name.slice(name.lastIndexOf("/") + 1)}`;
}
