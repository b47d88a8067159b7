/**
 * A program in strict TypeScript that serves a greeting, fetches it and prints the outcome. Compiled and run in a project
 * that has installed the package.
 */
import dgram from "node:dgram";
import {
  FORBIDDEN,
  NOT_FOUND,
  outcomeText,
  type ReadableFile,
  type Refusal,
  type Storage,
  TftpServer,
  type TftpServerOptions,
} from "lockstep-tftp";
import { BootWatch, type DhcpServer } from "lockstep-tftp/node/dhcp-server";

const READ_GREETING = Buffer.from("\0\x01greeting\0octet\0");
const FIRST_BLOCK_ACKNOWLEDGED = Buffer.from([0, 4, 0, 1]);
const HEADER_BYTES = 4;

class Greeting implements ReadableFile {
  private readonly bytes: Uint8Array;
  readonly sizeBytes: number;

  constructor(address: string) {
    this.bytes = new TextEncoder().encode(`Hello, ${address}`);
    this.sizeBytes = this.bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close(): void {}
}

const storage: Storage = {
  openForReading: (name, address): ReadableFile | Refusal =>
    name === "greeting" ? new Greeting(String(address)) : NOT_FOUND,
  openForWriting: () => FORBIDDEN,
};
const options: TftpServerOptions = { storage, host: "127.0.0.1", port: 0, allow: ["127.0.0.0/8"] };

await using server = new TftpServer(options);
server.on("ended", (transfer, { outcome }) => console.log(`${transfer.name}: ${outcomeText(outcome)}`));
await server.listen();
const [{ address, port } = { address: "", port: 0 }] = server.addresses;

const client = dgram.createSocket("udp4");
const fetched = new Promise<void>((resolve) => {
  client.once("message", (message, sender) => {
    console.log(message.subarray(HEADER_BYTES).toString());
    client.send(FIRST_BLOCK_ACKNOWLEDGED, sender.port, sender.address);
    server.once("ended", () => resolve());
  });
});
client.send(READ_GREETING, port, address);
await fetched;
client.close();

/** Both servers are of the package, and fit each other. */
export function watched(dhcp: DhcpServer, tftp: TftpServer): BootWatch {
  return new BootWatch(dhcp, tftp);
}
