/** The log in text and JSON, with names from the wire that would change what a terminal shows. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { CONTENT, folderWithFile, NAME, startPausedDownload } from "./command-line.js";

/** Characters that change what a terminal shows: right-to-left override, line separator, zero width. */
const TRICK = "invoice\u202etxt\u202831m\u200b.exe";
const TRICK_ESCAPED = "invoice\\u{202e}txt\\u{2028}31m\\u{200b}.exe";
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Runs a server through downloads, uploads and refusals, and returns its log. */
async function useServer(test: TestContext, format: string): Promise<string[]> {
  const root = folderWithFile(test);
  writeFileSync(path.join(root, TRICK), CONTENT);
  const args = [root, "--write", "--log", format, "--log-level", "debug"];
  const server = await ServerProcess.start(test, args);
  const { port } = server;
  await fetchFile(NAME, { port });
  await fetchFile(TRICK, { port });
  await putFile("new", CONTENT, { port });
  await assert.rejects(putFile(TRICK, CONTENT, { port }), { errorCode: 6 });
  await assert.rejects(putFile("no folder/new", CONTENT, { port }), { errorCode: 1 });
  await assert.rejects(fetchFile(`${TRICK} that is not there`, { port }), { errorCode: 1 });
  await assert.rejects(fetchFile("bell\u0007", { port }), { errorCode: 2 });
  await assert.rejects(fetchFile("x".repeat(400), { port }), { errorCode: 1 });
  server.signal("SIGTERM");
  await server.ended;
  return server.lines;
}

test("each line of the JSON log is an object with a time, a level and an event", async (t) => {
  const lines = await useServer(t, "json");
  const events = lines.map((line) => JSON.parse(line));
  for (const event of events) {
    assert.equal(new Date(event.time).toISOString(), event.time);
    assert.match(event.level, /^(error|warn|info|debug)$/);
    assert.equal(typeof event.event, "string");
  }
  const named = (name: string) => events.filter(({ event }) => event === name);
  assert.equal(named("listening").length, 1);
  assert.equal(named("started").length, 3);
  assert.deepEqual(
    named("ended").map(({ direction, file, bytes, outcome }) => ({ direction, file, bytes, outcome })),
    [
      { direction: "get", file: NAME, bytes: CONTENT.length, outcome: "completed" },
      { direction: "get", file: TRICK_ESCAPED, bytes: CONTENT.length, outcome: "completed" },
      { direction: "put", file: "new", bytes: CONTENT.length, outcome: "completed" },
    ],
  );
  assert.deepEqual(
    named("refused").map(({ errorCode, level }) => ({ errorCode, level })),
    [
      { errorCode: 6, level: "warn" },
      { errorCode: 1, level: "warn" },
      { errorCode: 1, level: "debug" },
      { errorCode: 2, level: "warn" },
      { errorCode: 1, level: "debug" },
    ],
  );
  assert.equal(named("stopped").length, 1);
  assert.doesNotMatch(lines.join(""), UNPRINTABLE);
});

test("names in the text log are escaped, and cut after 200 characters", async (t) => {
  const lines = await useServer(t, "text");
  assert.doesNotMatch(lines.join(""), UNPRINTABLE);
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  assert.equal(count(/gets "invoice\\u\{202e\}txt\\u\{2028\}31m\\u\{200b\}\.exe": completed; 51201 bytes/), 1);
  assert.equal(count(/puts "new": completed/), 1);
  assert.equal(count(/gets "x{200}\.\.\.": not a name for files: it is too long/), 1);
});

for (const [format, written] of [
  ["text", String.raw`T\xfcr.cfg\xff+`],
  ["json", String.raw`T\\xfcr.cfg\\xff+`],
] as const) {
  test(`a name that is not UTF-8 is in the ${format} log with its bytes`, async (t) => {
    const server = await ServerProcess.start(t, [folderWithFile(t), "--log", format]);
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => socket.close());
    await once(socket, "listening");
    for (const end of ["", "\x01", "/.."]) {
      socket.send(Buffer.from(`\0\x01T\xfcr.cfg\xff+${end}\0octet\0`, "latin1"), server.port, "127.0.0.1");
      await once(socket, "message");
    }
    server.signal("SIGTERM");
    await server.ended;
    const lines = server.lines.filter((line) => line.includes(written));
    assert.equal(lines.length, 3, server.lines.join("\n"));
    assert.match(lines[1] ?? "", /\\u\{1\}/);
  });
}

test("by default the log has the start, completed transfers and the stop, and no missing files", async (t) => {
  const root = folderWithFile(t);
  const server = await ServerProcess.start(t, [path.relative("", root)]);
  await assert.rejects(fetchFile("not there", { port: server.port }), { errorCode: 1 });
  await fetchFile(NAME, { port: server.port });
  server.signal("SIGTERM");
  await server.ended;
  const [serving, listening, completed, stopped, ...more] = server.lines;
  assert.match(
    `${serving}\n${listening}\n${completed}\n${stopped}`,
    /Serving.*\n.*Listening.*\n.*completed.*\n.*Stopped/,
  );
  assert.deepEqual(more, []);
  assert.ok(serving?.includes(` ${root} `), "the whole path shows a wrong working directory");
});

test("the last line counts the unanswered requests, if any", async (t) => {
  const server = await ServerProcess.start(t, [folderWithFile(t), "--max-transfers", "1", "--grace", "0"]);
  await startPausedDownload(t, server);
  const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  t.after(() => socket.close());
  await once(socket, "listening");
  socket.send(`\0\x01${NAME}\0octet\0`, server.port, "127.0.0.1");
  // The answer to this malformed request shows that the one before was handled.
  socket.send("\0\x01nonsense", server.port, "127.0.0.1");
  await once(socket, "message");
  server.signal("SIGTERM");
  await server.ended;
  assert.match(server.lines.at(-1) ?? "", /Stopped; 1 request went unanswered/);
});
