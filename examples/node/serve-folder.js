/**
 * Serves a folder, and logs what happens.
 *
 *     node examples/node/serve-folder.js examples/files 6969
 *
 * Ctrl-C ends it when the running transfers are over, after at most ten seconds.
 */
import { outcomeText, printable, TftpServer } from "lockstep-tftp";

const [root, port = "6969", host] = process.argv.slice(2);

const server = new TftpServer({ root, port: Number(port), host });

// Names come from the network: `printable` makes them safe for a terminal.
server.on("ended", (transfer, { outcome, durationMs }) => {
  const name = printable(transfer.name);
  console.log(`${transfer.address} ${name}: ${outcomeText(outcome)}, ${transfer.bytes} bytes in ${durationMs} ms`);
});
server.on("refused", ({ address, name, reason }) => {
  console.log(`${address} ${printable(name)}: ${reason.text}`);
});

await server.listen();
console.log("Listening on", server.addresses);
process.once("SIGINT", () => server.close({ graceMs: 10_000 }));
