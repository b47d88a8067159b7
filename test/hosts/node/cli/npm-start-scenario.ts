/** `npm start` without arguments, in its own network namespace, because its port is fixed. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";

const npm = spawn("npm", ["start"], { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
let output = "";
npm.stdout.setEncoding("utf8").on("data", (text) => {
  output += text;
});
while (!/Listening on \[::1\]:\d+\n/.test(output)) {
  await once(npm.stdout, "data");
}

// The commands that it suggests work.
const suggestions = [
  /curl tftp:\/\/(?<host>[\d.]+):(?<port>\d+)\/(?<name>\S+)\n/,
  /tftp (?<host>[\d.]+) (?<port>\d+) -m octet -c get (?<name>\S+)\n/,
];
for (const pattern of suggestions) {
  const { host = "", port = "", name = "" } = pattern.exec(output)?.groups ?? {};
  const { content } = await fetchFile(name, { host, port: Number(port) });
  assert.deepEqual(content, readFileSync(path.join(PROJECT, "examples/files", name)));
}
const { content } = await fetchFile("readme.txt", { host: "::1", port: 6969 });
assert.deepEqual(content, readFileSync(path.join(PROJECT, "examples/files/readme.txt")));

// Ctrl-C signals the whole process group of a terminal. The output ends when its last writer has ended.
process.on("SIGINT", () => {});
process.kill(0, "SIGINT");
await once(npm, "close");
assert.match(output, /Stopped\n$/);
const socket = dgram.createSocket("udp4").bind(6969);
await once(socket, "listening");
socket.close();
