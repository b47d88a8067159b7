/**
 * Serves a folder. Clients outside the administrators' network get files of its subfolder `public` only: for anything else
 * they get ERROR 2, "Access violation".
 *
 *     node examples/node/refuse-by-network.js /path/to/folder 192.168.10.0/24 6969
 *
 * To give other clients no answer at all, use the option `allow` or the flag `--allow` instead.
 */
import { BlockList, isIPv6 } from "node:net";
import { DirectoryStorage, FORBIDDEN, TftpServer } from "lockstep-tftp";

const [root, network, port = "6969", host] = process.argv.slice(2);

const PUBLIC = "public/";

const administrators = new BlockList();
const [base, bits] = network.split("/");
administrators.addSubnet(base, Number(bits), isIPv6(base) ? "ipv6" : "ipv4");

/** A storage in front of another one: it checks the client's address, and leaves the rest to the folder. */
class RefusingStorage {
  constructor(files) {
    this.files = files;
  }

  openForReading(name, address) {
    // Names arrive clean, without `..`: a name that begins with `public/` stays in that folder.
    const isAllowed = name.startsWith(PUBLIC) || administrators.check(address, isIPv6(address) ? "ipv6" : "ipv4");
    return isAllowed ? this.files.openForReading(name) : FORBIDDEN;
  }

  openForWriting() {
    return FORBIDDEN;
  }
}

const storage = new RefusingStorage(new DirectoryStorage(root));
const server = new TftpServer({ storage, port: Number(port), host });
await server.listen();
console.log("Listening on", server.addresses);
process.once("SIGINT", () => server.close());
