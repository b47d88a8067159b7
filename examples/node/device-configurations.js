/**
 * Makes a configuration for each device when the device requests it. Devices request files that are named after their MAC
 * addresses, as most phones do: `0004f2abcdef.cfg`.
 *
 *     node examples/node/device-configurations.js 6969
 */
import { FORBIDDEN, NOT_FOUND, TftpServer } from "lockstep-tftp";

const [port = "6969", host] = process.argv.slice(2);

/** A real program gets these from a database or an inventory. */
const DEVICES = new Map([
  ["0004f2abcdef", { label: "Reception", extension: 101 }],
  ["0004f2abcd00", { label: "Workshop", extension: 102 }],
]);

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
  openForReading(name, address) {
    const [, mac] = CONFIGURATION_NAME.exec(name) ?? [];
    const device = DEVICES.get(mac?.toLowerCase());
    if (device === undefined) {
      return NOT_FOUND;
    }
    return new TextFile(`label = ${device.label}\nextension = ${device.extension}\naddress = ${address}\n`);
  },

  openForWriting() {
    return FORBIDDEN;
  },
};

const server = new TftpServer({ storage, port: Number(port), host });
await server.listen();
console.log("Listening on", server.addresses);
process.once("SIGINT", () => server.close());
