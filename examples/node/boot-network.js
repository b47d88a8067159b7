/**
 * Gives addresses and a boot file to the devices of a network, and serves the file (Linux, as root).
 *
 *     sudo node examples/node/boot-network.js examples/files 192.168.88.1 192.168.88.100-192.168.88.150 readme.txt
 *
 * Ctrl-C ends it when the running transfers are over, after at most ten seconds.
 */
import { printable, TftpServer } from "lockstep-tftp";
import { BootWatch, DhcpServer } from "lockstep-tftp/node/dhcp-server";

const [root, host, range, file] = process.argv.slice(2);

const tftp = new TftpServer({ root, host });
const dhcp = new DhcpServer({ host, range, boot: [{ file }] });

dhcp.on("serving", () => console.log("Giving", range));
dhcp.on("silenced", (other) => console.error(`${other} is another DHCP server in this network`));
dhcp.on("leased", ({ hardwareAddress, address }) => console.log(hardwareAddress, "has", address));
dhcp.on("error", (error) => console.error(error.message));
new BootWatch(
  dhcp,
  tftp,
  ({ address }) => console.log(address, "has not asked for its file"),
  ({ address }) => console.log(address, "has its file"),
);
tftp.on("refused", ({ address, name, reason }) => console.log(`${address} ${printable(name)}: ${reason.text}`));

await tftp.listen();
await dhcp.listen();
process.once("SIGINT", async () => {
  await dhcp.close();
  await tftp.close({ graceMs: 10_000 });
});
