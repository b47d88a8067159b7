/** Servers that cannot start, or start with a warning: one line that says why and what to do. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type Ended, PROJECT, run } from "../../../support/program.js";
import { IS_ROOT } from "../../../support/rights.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { assertFailure, commandLine, folderWithFile, NAME } from "./command-line.js";

describe("a server that cannot start prints one line and exits with 1", () => {
  test("serve refuses a broadcast address", async (t) => {
    const ended = await commandLine("serve", temporaryFolder(t), "--port", "0", "--host", "255.255.255.255");
    assertFailure(
      ended,
      /--host 255\.255\.255\.255 is the broadcast address, .*, or leave --host out\. .* --answer-broadcast/,
    );
  });

  test("serve fails on a folder that does not exist", async (t) => {
    const missing = path.join(temporaryFolder(t), "missing");
    const ended = await commandLine("serve", path.relative("", missing), "--port", "0");
    assertFailure(ended, /missing does not exist; give the folder/);
    assert.ok(ended.stderr.includes(missing), "the whole path shows a wrong working directory");
  });

  test("serve fails on a file in place of a folder", async (t) => {
    const file = path.join(folderWithFile(t), NAME);
    assertFailure(await commandLine("serve", file, "--port", "0"), /file\.bin is not a folder; give the folder/);
  });

  test("serve fails on a port taken by another program", async (t) => {
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => socket.close());
    await once(socket, "listening");
    const { port } = socket.address();
    const message = new RegExp(
      `port ${port} is taken by another program; stop that program \\(.*\\b${port}\\b.* shows it\\), or choose another port`,
    );
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      assertFailure(await commandLine("serve", temporaryFolder(t), "--host", host, "--port", String(port)), message);
    }
  });

  test("serve fails on a port taken by another server of this project", async (t) => {
    const root = temporaryFolder(t);
    const first = await ServerProcess.start(t, [root, "--host", "0.0.0.0"]);
    const args = ["serve", root, "--host", "0.0.0.0", "--port", String(first.port)];
    assertFailure(await commandLine(...args), /is taken by another program/);
  });

  test("serve fails on an address that this machine does not have", async (t) => {
    // An address for documentation (RFC 5737), which no machine has.
    const args = ["serve", temporaryFolder(t), "--host", "192.0.2.1", "--port", "0"];
    const failure = /this machine has no address 192\.0\.2\.1; choose one that it has/;
    assertFailure(await commandLine(...args), failure);
    assertFailure(await commandLine(...args, "--host", "127.0.0.1"), failure);
  });

  test("serve fails on a host name that cannot be resolved", async (t) => {
    // RFC 6761 reserves "invalid" for names that do not exist.
    const args = ["serve", temporaryFolder(t), "--host", "127.0.0.1", "--host", "nowhere.invalid", "--port", "0"];
    assertFailure(
      await commandLine(...args),
      /the host name "nowhere\.invalid" could not be resolved; give --host an address/,
    );
  });

  test("serve fails on an invalid network in --allow", async (t) => {
    const args = ["serve", temporaryFolder(t), "--port", "0", "--allow", "10.0.0.0/33"];
    assertFailure(
      await commandLine(...args),
      /"10\.0\.0\.0\/33" is not a network; write for example 192\.168\.0\.0\/24/,
    );
  });
});

describe("a user without permissions", () => {
  /** Runs the command line without permissions, from a folder that every user can read. */
  async function asNobody(test: TestContext, ...args: string[]): Promise<Ended> {
    if (!IS_ROOT) {
      return commandLine(...args);
    }
    const copy = temporaryFolder(test);
    cpSync(path.join(PROJECT, "dist"), path.join(copy, "dist"), { recursive: true });
    cpSync(path.join(PROJECT, "package.json"), path.join(copy, "package.json"));
    chmodSync(copy, 0o755);
    const becomeNobody = "data:text/javascript,process.setgroups([]);process.setgid(65534);process.setuid(65534)";
    return run(process.execPath, ["--import", becomeNobody, path.join(copy, "dist/node/cli.cjs"), ...args]);
  }

  const firstFree = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  const skip = firstFree > 69 ? false : `this machine gives port 69 to everybody (from ${firstFree} on)`;

  test("a privileged port fails with four ways out", { skip }, async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o755);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1");
    assertFailure(ended, /port 69 needs a permission this user does not have/);
    assert.match(ended.stderr, /--port 6969/);
    assert.match(ended.stderr, /run it with sudo/);
    assert.match(ended.stderr, /setcap cap_net_bind_service=\+ep/);
    assert.match(ended.stderr, /--dport 69 -j REDIRECT --to-ports 6969/);
  });

  test("serve warns of an unwritable folder if clients may upload", async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o555);
    // The port of the page is taken, so that the server ends by itself.
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.after(() => taken.close());
    const page = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const args = ["serve", root, "--host", "127.0.0.1", "--port", "0", "--status-page", page];
    const warning = /Uploads to \S+ itself will be refused: this user has no permission to write to it/;
    assert.match((await asNobody(t, ...args, "--write")).stdout, warning);
    assert.doesNotMatch((await asNobody(t, ...args)).stdout, warning);
    chmodSync(root, 0o777);
    assert.doesNotMatch((await asNobody(t, ...args, "--overwrite")).stdout, warning);
  });

  test("a folder that this user can see but not enter cannot be read", async (t) => {
    const parent = temporaryFolder(t);
    const root = path.join(parent, "served");
    mkdirSync(root, { mode: 0 });
    chmodSync(parent, 0o755);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1", "--port", "0");
    assertFailure(ended, /served cannot be read; check its permissions/);
  });

  test("a folder inside one that this user cannot enter cannot be read", async (t) => {
    const parent = temporaryFolder(t);
    const root = path.join(parent, "served");
    mkdirSync(root);
    chmodSync(parent, 0);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1", "--port", "0");
    chmodSync(parent, 0o700);
    assertFailure(ended, /served cannot be read; check its permissions/);
  });
});
