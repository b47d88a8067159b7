/**
 * Serves a folder, of which clients outside the network of the administrators get the part `public` only: for anything
 * else they get ERROR 2, "Access violation".
 *
 *     node examples/node/refuse-by-network.js /path/to/folder 192.168.10.0/24 6969
 *
 * Who shall get no answer at all needs no program: that is the option `allow`, or the flag of that name.
 */
import { BlockList, isIPv6 } from "node:net";
import { DirectoryStorage, FORBIDDEN, TftpServer } from "lockstep-tftp";

const [root, network, port = "6969", host] = process.argv.slice(2);

const PUBLIC = "public/";

const administrators = new BlockList();
const [base, bits] = network.split("/");
administrators.addSubnet(base, Number(bits), isIPv6(base) ? "ipv6" : "ipv4");

/** A storage before another one: it looks at who asks, and leaves the rest to the folder. */
class RefusingStorage {
  constructor(files) {
    this.files = files;
  }

  openForReading(name, address) {
    // Names arrive here cleaned: there is no way up out of `public/` in them.
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
