/** The progress of a put whose size is unknown, on a terminal. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { Terminal, UNLESS_TERMINALS } from "../../../support/terminal.js";

/** More than put reads in advance, so that it does not know where the stream ends. */
const BYTES = seededBytes(5, 1.5 * 1024 * 1024);
const PART = BYTES.subarray(0, 64 * 1024);
const MARK = /\[(\.*)###\.*\] \S+ \S*B {2}\S+ \S*B\/s/;

test("put shows a mark that moves with the bytes of a stream, and their number", {
  skip: UNLESS_TERMINALS,
}, async (t) => {
  await using server = await ServedFolder.open({}, { write: "new" });
  const pipe = path.join(temporaryFolder(t), "pipe");
  execFileSync("mkfifo", [pipe]);
  const input = createWriteStream(pipe);
  input.write(BYTES);
  const options = { environment: { NO_COLOR: "1" } };
  const end = server.nextEnd();
  const terminal = await Terminal.open(t, ["put", pipe, `tftp://${LOOPBACK}:${server.port}/file`], MARK, options);
  const places = (): number[] =>
    [...terminal.written.matchAll(new RegExp(MARK, "g"))].map(([, before = ""]) => before.length);
  let sent = BYTES.length;
  while (places().length < 3) {
    // A drawing needs bytes, and some time since the last one.
    input.write(PART);
    sent += PART.length;
    assert.ok(sent < 16 * BYTES.length, terminal.written);
    await sleep(120);
  }
  input.end();
  await once(input, "close");
  assert.equal((await end).bytes, sent);
  await terminal.ended;
  assert.deepEqual(places().slice(0, 3), [0, 1, 2]);
  assert.match(terminal.written, /Put tftp:\S+file: \S+ MiB in /);
});
