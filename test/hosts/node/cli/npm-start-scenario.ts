/** `npm start` without words, in a network namespace of its own: its port is always the same. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";

const npm = spawn("npm", ["start"], { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
let said = "";
npm.stdout.setEncoding("utf8").on("data", (text) => {
  said += text;
});
while (!/Listening on \[::1\]:\d+\n/.test(said)) {
  await once(npm.stdout, "data");
}

// What it tells the user to do works.
const advice = [
  /curl tftp:\/\/(?<host>[\d.]+):(?<port>\d+)\/(?<name>\S+)\n/,
  /tftp (?<host>[\d.]+) (?<port>\d+) -m octet -c get (?<name>\S+)\n/,
];
for (const pattern of advice) {
  const { host = "", port = "", name = "" } = pattern.exec(said)?.groups ?? {};
  const { content } = await fetchFile(name, { host, port: Number(port) });
  assert.deepEqual(content, readFileSync(path.join(PROJECT, "examples/files", name)));
}
const { content } = await fetchFile("readme.txt", { host: "::1", port: 6969 });
assert.deepEqual(content, readFileSync(path.join(PROJECT, "examples/files/readme.txt")));

// Ctrl-C goes to every process of a terminal's group. The output ends when the last one that writes there has ended.
process.on("SIGINT", () => {});
process.kill(0, "SIGINT");
await once(npm, "close");
assert.match(said, /Stopped\n$/);
const socket = dgram.createSocket("udp4").bind(6969);
await once(socket, "listening");
socket.close();
