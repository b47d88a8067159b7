/**
 * Takes backups from switches and routers, and keeps each in a folder named after its day and its sender. No file is ever
 * replaced, and no client can fetch files.
 *
 *     node examples/node/collect-backups.js /path/to/backups 6969
 *
 * On a Cisco switch, `copy running-config tftp://192.0.2.1/running-config` then makes
 * `2026-11-22/192.0.2.20/101500-running-config`.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DirectoryStorage, FORBIDDEN, outcomeText, printable, TftpServer } from "lockstep-tftp";

const [root, port = "6969", host] = process.argv.slice(2);

/** A configuration is small. A larger file is a mistake or an attack. */
const MAX_BACKUP_BYTES = 16 * 1024 * 1024;

class BackupStorage {
  constructor(root) {
    this.root = root;
    this.files = new DirectoryStorage(root, { write: "new" });
  }

  openForReading() {
    return FORBIDDEN;
  }

  openForWriting(name, sizeBytes, address) {
    const [day, time] = new Date().toISOString().split(/[T.]/);
    // An IPv6 address has colons, which not every file system allows in a name.
    const folder = `${day}/${address.replaceAll(/[:%]/g, "-")}`;
    mkdirSync(path.join(this.root, folder), { recursive: true });
    const keptName = `${folder}/${time.replaceAll(":", "")}-${path.posix.basename(name)}`;
    return this.files.openForWriting(keptName, sizeBytes);
  }
}

const storage = new BackupStorage(root);
// Unfinished uploads of an earlier run of this program are removed.
await storage.files.removeLitter();

const server = new TftpServer({ storage, port: Number(port), host, maxSizeBytes: MAX_BACKUP_BYTES });
server.on("ended", (transfer, { outcome, outcomeName }) => {
  const result = outcomeName === "completed" ? `${transfer.bytes} bytes` : outcomeText(outcome);
  console.log(`${transfer.address} puts ${printable(transfer.name)}: ${result}`);
});
await server.listen();
console.log("Listening on", server.addresses);
process.once("SIGINT", () => server.close({ graceMs: 10_000 }));
