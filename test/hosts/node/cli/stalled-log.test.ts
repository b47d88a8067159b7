/** A log whose reader stops reading, and a log that a stranger would fill. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, type TestContext, test } from "node:test";
import { CLI } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { Terminal, UNLESS_TERMINALS } from "../../../support/terminal.js";
import { CONTENT, folderWithFile, NAME } from "./command-line.js";

/** As long as a name can be, and longer in the log, where these characters are escaped. */
const LONG_NAME = "\u202e".repeat(160);
/** A process that waits for its reader would never end. */
const PATIENCE = { timeout: 240_000 };
const ADDRESSES = 30;
const STOP = "\u0013";
const GO_ON = "\u0011";

/** Sends write requests that are refused, one after the other, and waits for each refusal. */
async function beRefused(test: TestContext, port: number, name: string, count: number, address = "127.0.0.1") {
  const socket = dgram.createSocket("udp4").bind(0, address);
  test.after(() => socket.close());
  await once(socket, "listening");
  for (let sent = 0; sent < count; sent++) {
    socket.send(`\0\x02${name}\0octet\0`, port, "127.0.0.1");
    await once(socket, "message");
  }
}

/** Refusals of so many addresses that neither a pipe, a terminal nor the queue holds their lines. */
async function fillLog(test: TestContext, port: number): Promise<number> {
  for (let host = 1; host <= ADDRESSES; host++) {
    await beRefused(test, port, LONG_NAME, 100, `127.0.1.${host}`);
  }
  return ADDRESSES * 100;
}

class UnreadServer {
  readonly lines: string[] = [];
  private constructor(readonly child: ChildProcess) {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => this.lines.push(line));
  }

  static start(test: TestContext): UnreadServer {
    const args = [CLI, "serve", folderWithFile(test), "--host", "127.0.0.1", "--port", "0", "--log", "json"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    test.after(() => child.kill("SIGKILL"));
    return new UnreadServer(child);
  }

  async event(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.lines.map((line) => JSON.parse(line)).find(({ event }) => event === name);
      if (found !== undefined) {
        return found;
      }
      await once(this.child.stdout as NodeJS.ReadableStream, "data");
    }
  }
}

describe("nobody reads the log", { skip: process.platform !== "linux" && "needs 127.0.1.1" }, () => {
  test(
    "clients are served, and the log says how many lines were dropped when it is read again",
    PATIENCE,
    async (t) => {
      const server = UnreadServer.start(t);
      const { port } = await server.event("listening");
      server.child.stdout?.pause();
      const refused = await fillLog(t, Number(port));
      assert.deepEqual((await fetchFile(NAME, { port: Number(port) })).content, CONTENT);
      server.child.stdout?.resume();
      const { lines } = await server.event("dropped");
      const written = server.lines.filter((line) => line.includes('"event":"refused"')).length;
      // The line of the download is dropped, too.
      assert.equal(written + Number(lines), refused + 1);
    },
  );

  test("SIGTERM ends the server", PATIENCE, async (t) => {
    const server = UnreadServer.start(t);
    const { port } = await server.event("listening");
    server.child.stdout?.pause();
    await fillLog(t, Number(port));
    server.child.kill("SIGTERM");
    const [code] = await once(server.child, "exit");
    assert.equal(code, 0);
  });

  for (const format of ["live", "text"]) {
    test(`a stopped terminal with --log ${format} stops nothing`, {
      ...PATIENCE,
      skip: UNLESS_TERMINALS,
    }, async (t) => {
      const address = /(?:127\.0\.0\.1|Listening on \S+):(\d+)/;
      const args = ["serve", folderWithFile(t), "--host", "127.0.0.1", "--port", "0", "--log", format];
      const terminal = await Terminal.open(t, args, address);
      const port = Number(address.exec(terminal.lines.join("\n"))?.[1]);
      terminal.type(STOP);
      await fillLog(t, port);
      assert.deepEqual((await fetchFile(NAME, { port })).content, CONTENT);
      assert.doesNotMatch(terminal.written, /completed/);
      terminal.type(GO_ON);
      await terminal.shows(/[1-9]\d* lines of the log dropped here, because nobody read the log/);
    });
  }
});

test("lines of one kind about one address are summed up after the first hundred", async (t) => {
  const server = await ServerProcess.start(t, [folderWithFile(t), "--log", "json"]);
  await beRefused(t, server.port, "a", 250);
  server.signal("SIGTERM");
  await server.ended;
  const events = server.lines.map((line) => JSON.parse(line));
  const refused = events.filter(({ event }) => event === "refused").length;
  const sums = events.filter(({ event }) => event === "repeated");
  const leftOut = sums.reduce((sum, { lines }) => sum + lines, 0);
  assert.equal(refused + leftOut, 250);
  // On a slow machine it may take more than ten seconds.
  assert.ok(refused <= 100 * (sums.length + 1), `${refused} lines`);
  assert.deepEqual([sums[0]?.repeated, sums[0]?.address], ["refused", "127.0.0.1"]);
  assert.equal(events.at(-1).event, "stopped");
});
