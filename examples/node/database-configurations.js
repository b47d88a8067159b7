/**
 * Makes the configuration of each phone from a database, while the phone waits. Phones request files that are named after
 * their MAC addresses: `0004f2abcdef.cfg`.
 *
 *     sqlite3 phones.db "CREATE TABLE phones (mac TEXT PRIMARY KEY, label TEXT, extension INTEGER)" \
 *       "INSERT INTO phones VALUES ('0004f2abcdef', 'Reception', 101)"
 *     node examples/node/database-configurations.js phones.db 6969
 */
import { FORBIDDEN, NOT_FOUND, refuse, TftpServer } from "lockstep-tftp";
import { PhoneDatabase } from "./phone-database.js";

const [file, port = "6969", host] = process.argv.slice(2);
const database = new PhoneDatabase(file);

const CONFIGURATION_NAME = /^([0-9a-f]{12})\.cfg$/i;

/** A text as a file. It is made once for each transfer, because a repeated block must have the same bytes. */
class TextFile {
  constructor(text) {
    this.bytes = new TextEncoder().encode(text);
    this.sizeBytes = this.bytes.length;
  }

  read(target, position) {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close() {}
}

const storage = {
  /** The server keeps the request until the promise has settled. What the database throws becomes an ERROR. */
  async openForReading(name) {
    const [, mac] = CONFIGURATION_NAME.exec(name) ?? [];
    if (mac === undefined) {
      return NOT_FOUND;
    }
    const phone = await database.find(mac.toLowerCase());
    return phone === undefined
      ? refuse(NOT_FOUND, `the database has no phone ${mac}`)
      : new TextFile(`label = ${phone.label}\nextension = ${phone.extension}\n`);
  },

  openForWriting() {
    return FORBIDDEN;
  },
};

const server = new TftpServer({ storage, port: Number(port), host });
server.on("refused", ({ address, name, reason }) => console.log(`${address} ${name}: ${reason.text}`));
server.on("error", (error) => console.error(error.message));
await server.listen();
console.log("Listening on", server.addresses);
process.once("SIGINT", async () => {
  await server.close();
  await database.close();
});
