/** Sockets that systemd passes to the server, and what the server tells it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { CONTENT, folderWithFile, NAME } from "../hosts/node/cli/command-line.js";
import { CLI, hasProgram, run } from "../support/program.js";
import { fetchFile } from "../support/retrying-client.js";
import { ServerProcess } from "../support/server-process.js";
import { SocketHolder } from "../support/socket-holder.js";
import { SocketPeer } from "../support/socket-peer.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const LOOPBACK = "127.0.0.1";
const skip =
  (process.platform !== "linux" && "systemd is of Linux") ||
  (!hasProgram("python3") && "python3 is not installed") ||
  (!hasProgram("systemd-notify") && "systemd-notify is not installed (Debian: systemd)");

/** Runs the command with a descriptor that was passed to it. */
function serveOn(descriptor: string, ...words: string[]) {
  const script = `exec 3${descriptor}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"`;
  return run("bash", ["-c", script, "bash", process.execPath, CLI, "serve", ...words]);
}

describe("sockets passed by a service manager", { skip }, () => {
  test("a request that comes between two servers is answered by the next one", async (t) => {
    const holder = await SocketHolder.open(t, LOOPBACK, [folderWithFile(t)]);
    const first = await holder.start();
    await holder.line(/^told READY=1$/);
    assert.ok(holder.lines.some((line) => line.endsWith(`Listening on ${LOOPBACK}:${holder.port}`)));
    assert.deepEqual((await fetchFile(NAME, { port: holder.port })).content, CONTENT);
    process.kill(first, "SIGTERM");
    await holder.line(/^told STOPPING=1$/);
    await holder.line(/^ended$/);
    await using peer = await SocketPeer.open(holder.port);
    await peer.read(NAME);
    await holder.start();
    await peer.expectData(1, CONTENT.subarray(0, 512));
  });

  test("with a single port a passed socket carries the transfers, too", async (t) => {
    const holder = await SocketHolder.open(t, LOOPBACK, [folderWithFile(t), "--single-port"]);
    await holder.start();
    await using peer = await SocketPeer.open(holder.port);
    await peer.fetch(NAME, CONTENT);
    assert.equal(peer.heardFrom?.port, holder.port);
  });

  test("a socket of IPv6 is known as one", async (t) => {
    const holder = await SocketHolder.open(t, "::1", [folderWithFile(t)]);
    await holder.start();
    await using peer = await SocketPeer.open(holder.port, "::1");
    await peer.fetch(NAME, CONTENT);
    assert.notEqual(peer.heardFrom?.port, holder.port);
  });

  test("a socket of all addresses is refused, and the line says what to pass", async (t) => {
    for (const all of ["0.0.0.0", "::"]) {
      const holder = await SocketHolder.open(t, all, [folderWithFile(t)]);
      await holder.start();
      await holder.line(/^ended$/);
      const [failure] = holder.lines.filter((line) => line.startsWith("lockstep-tftp: "));
      assert.match(failure ?? "", /descriptor 3 is bound to all addresses; pass a socket for each .*=ADDRESS:69\)$/);
      assert.ok(!holder.lines.some((line) => line.startsWith("told")));
    }
  });

  test("what is no UDP socket is refused, and the line says what to pass", async (t) => {
    const { code, stderr } = await serveOn("</dev/null", temporaryFolder(t));
    assert.equal(code, 1);
    assert.match(stderr, /^lockstep-tftp: descriptor 3 is not a UDP socket; pass .*ListenDatagram=ADDRESS:69\)\n$/);
  });

  for (const flag of [["--port", "6969"], ["--host", LOOPBACK], ["--answer-broadcast"]]) {
    test(`${flag[0]} is refused beside passed sockets`, async (t) => {
      const { code, stderr } = await serveOn("</dev/null", temporaryFolder(t), ...flag);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^lockstep-tftp: systemd passes the sockets.*leave out --host, --port and --answer-broadcast/,
      );
    });
  }
});

test("sockets for another process are left alone", async (t) => {
  const launcher = ["env", "LISTEN_FDS=1", "LISTEN_PID=1"];
  const server = await ServerProcess.start(t, [folderWithFile(t)], { launcher });
  assert.deepEqual((await fetchFile(NAME, { port: server.port })).content, CONTENT);
});

/** Runs a server whose systemd-notify is this script, stops it, and returns its output. */
async function outputWithNotifier(t: TestContext, script: string): Promise<string> {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "systemd-notify"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const { PATH } = process.env;
  const launcher = ["env", `PATH=${folder}:${PATH}`, "NOTIFY_SOCKET=/nowhere"];
  const server = await ServerProcess.start(t, [folderWithFile(t)], { launcher });
  server.signal("SIGTERM");
  return (await server.ended).stdout;
}

test("a notifier that fails is named in the log, one that is stopped with the service is not", async (t) => {
  assert.match(await outputWithNotifier(t, "exit 1"), /systemd was not told STOPPING=1, because systemd-notify failed/);
  assert.doesNotMatch(await outputWithNotifier(t, "kill -TERM $$"), /was not told/);
});
