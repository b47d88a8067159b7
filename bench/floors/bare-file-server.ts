/**
 * A Node process that does what any server must: binds a socket, prints a line, and answers a request with a file. It looks at
 * nothing, so it is the lower bound of the time from a start to the first served file.
 */
import dgram from "node:dgram";
import { readFileSync } from "node:fs";
import path from "node:path";

const DATA_1 = Buffer.from([0, 3, 0, 1]);
/** Where the name begins in a request. */
const NAME_AT = 2;

const [, , folder = "."] = process.argv;
const socket = dgram.createSocket("udp4");
socket.on("message", (request, client) => {
  const name = request.toString("latin1", NAME_AT, request.indexOf(0, NAME_AT));
  socket.send(Buffer.concat([DATA_1, readFileSync(path.join(folder, name))]), client.port, client.address);
});
socket.bind(0, "127.0.0.1", () => console.log(`Listening on 127.0.0.1:${socket.address().port}`));
