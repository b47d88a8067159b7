/**
 * Keeps files in memory: clients fetch what other clients have put. A whole storage, to start your own from.
 *
 *     node examples/node/memory-files.js 6969
 *
 * docs/embedding-node.md has the rules that these methods keep.
 */
import { DISK_FULL, EXISTS, FAILED, NOT_FOUND, printable, TftpServer } from "lockstep-tftp";

const [port = "6969", host] = process.argv.slice(2);

const MAX_FILES = 100;
const MAX_SIZE_BYTES = 1024 * 1024;

class MemoryFiles {
  /** Whole files, by name. */
  files = new Map([["greeting", new TextEncoder().encode("Hello\n")]]);

  openForReading(name) {
    const bytes = this.files.get(name);
    return bytes === undefined ? NOT_FOUND : new FileToRead(bytes);
  }

  openForWriting(name, sizeBytes) {
    if (this.files.has(name)) {
      return EXISTS;
    }
    // The announced size is -1 when the client announced none.
    const hasRoom = this.files.size < MAX_FILES && sizeBytes <= MAX_SIZE_BYTES;
    return hasRoom ? new FileToWrite(this.files, name) : DISK_FULL;
  }
}

class FileToRead {
  constructor(bytes) {
    this.bytes = bytes;
    this.sizeBytes = bytes.length;
  }

  /** Returns fewer bytes than `target` has only at the end of the file, and the same bytes for the same position. */
  read(target, position) {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close() {}
}

class FileToWrite {
  parts = [];
  lengthBytes = 0;

  constructor(files, name) {
    this.files = files;
    this.name = name;
  }

  write(source, offset, length, position) {
    if (position !== this.lengthBytes) {
      return FAILED; // It never comes to this: positions follow each other.
    }
    if (position + length > MAX_SIZE_BYTES) {
      return DISK_FULL;
    }
    // The next packet comes into the same buffer, so the bytes are copied.
    this.parts.push(new Uint8Array(source.buffer, source.byteOffset + offset, length).slice());
    this.lengthBytes += length;
    return 0;
  }

  /** Gives the file its name, unless another client was faster. */
  commit() {
    if (this.files.has(this.name)) {
      return EXISTS;
    }
    this.files.set(this.name, Buffer.concat(this.parts));
    return 0;
  }

  /** Discards what was not committed. */
  close() {
    this.parts = [];
  }
}

const server = new TftpServer({ storage: new MemoryFiles() });
server.on("ended", (transfer, { outcomeName }) => {
  console.log(`${transfer.address} ${printable(transfer.name)}: ${outcomeName}`);
});
// Without this listener, what a storage or a listener throws is a warning of the process.
server.on("error", (error) => console.error(error.message, error.cause));
await server.listen(Number(port), host);
console.log("Listening on", server.addresses);
process.once("SIGINT", () => server.close());
