/**
 * Common servers with the Node client: special sizes, in both directions, compared byte for byte, also over a network that
 * loses datagrams. They are Debian's packages tftpd-hpa, atftpd and dnsmasq-base.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type ClientTransferOptions, get, put, TftpError } from "lockstep-tftp";
import { FaultyLink } from "../support/faulty-link.js";
import { freePort } from "../support/free-port.js";
import { UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { CLI, hasProgram, run } from "../support/program.js";
import { UNLESS_ROOT } from "../support/rights.js";
import { SEED, seededBytes } from "../support/seed.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface RealServer {
  readonly program: string;
  readonly args: (port: number, folder: string) => string[];
  /** Largest window that it grants. */
  readonly windowSize: number;
}

const TFTPD_HPA: RealServer = {
  program: "in.tftpd",
  args: (port, folder) =>
    ["--listen", "--foreground", "--address", `127.0.0.1:${port}`, "--secure", "--create", "--permissive"].concat(
      "--user",
      "nobody",
      folder,
    ),
  windowSize: 1,
};

const ATFTPD: RealServer = {
  program: "atftpd",
  args: (port, folder) =>
    ["--daemon", "--no-fork", "--port", String(port), "--bind-address", "127.0.0.1"].concat(
      "--user",
      "nobody.nogroup",
      "--logfile",
      "/dev/null",
      folder,
    ),
  windowSize: 4,
};

function unlessInstalled({ program }: RealServer): string | false {
  return UNLESS_ROOT || (!hasProgram(program) && `${program} is not installed`);
}

/** Starts a server with a folder that all users may write to. */
async function startServer(t: TestContext, { program, args }: RealServer): Promise<{ folder: string; port: number }> {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  const port = await freePort();
  const server = spawn(program, args(port, folder), { stdio: "ignore" });
  t.after(() => stopServer(server));
  writeFileSync(path.join(folder, "ready"), "yes");
  await get(url(port, "ready"), { wait: true });
  return { folder, port };
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill("SIGKILL");
    await once(server, "exit");
  }
}

function url(port: number, name: string): string {
  return `tftp://127.0.0.1:${port}/${name}`;
}

async function roundTrip(
  { folder, port }: { folder: string; port: number },
  content: Buffer,
  options: ClientTransferOptions = {},
): Promise<{ windowSize: number; blockSizeBytes: number }> {
  await put(content, url(port, "file"), options);
  await until(() => readFileSync(path.join(folder, "file")).equals(content));
  const fetched = await get(url(port, "file"), options);
  assert.ok(fetched.content.equals(content), `got ${fetched.bytes} of ${content.length} bytes`);
  return fetched;
}

/** Polls until a condition holds, because some servers acknowledge the last block before they write it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Empty, less than a block, around a block, and 1 MiB with an odd remainder. */
const SIZES_BYTES = [0, 1, 511, 512, 513, 1024 * 1024 + 17];
/** Numbers of the lost datagrams. Requests get through: some servers start a second transfer for a repeated request. */
const LOST = [6, 40];
const FAULTS = { loss: 0, duplication: 0, reordering: 0.02, reorderingMs: 2, delayMs: 0.5, lost: LOST };

for (const server of [TFTPD_HPA, ATFTPD]) {
  describe(server.program, () => {
    const skip = unlessInstalled(server);

    test(`${server.program} takes and gives files of every special size`, { skip }, async (t) => {
      const place = await startServer(t, server);
      for (const size of SIZES_BYTES) {
        await roundTrip(place, seededBytes(size, size));
      }
    });

    for (const [what, options] of [
      ["without options", { useOptions: false }],
      ["with blocks of 100 bytes", { blockSizeBytes: 100 }],
      ["with a negotiated timeout", { timeoutSeconds: 2 }],
    ] as const) {
      test(`${server.program} takes and gives files ${what}`, { skip }, async (t) => {
        await roundTrip(await startServer(t, server), seededBytes(1, 50_001), options);
      });
    }

    test(`${server.program} grants windows of ${server.windowSize}`, { skip }, async (t) => {
      const options = { windowSize: 4, blockSizeBytes: 400 };
      const agreed = await roundTrip(await startServer(t, server), seededBytes(1, 100_001), options);
      assert.equal(agreed.windowSize, server.windowSize);
      assert.equal(agreed.blockSizeBytes, 400);
    });

    test(`${server.program} takes and gives files over a network that loses datagrams`, { skip }, async (t) => {
      const { folder, port } = await startServer(t, server);
      const link = await FaultyLink.open(port, FAULTS, SEED);
      t.after(() => link.close());
      await roundTrip({ folder, port: link.port }, seededBytes(1, 60_001));
      assert.ok(link.toServer.lost + link.toClients.lost > 0, "datagrams were lost");
    });

    test(`${server.program} reports a missing file`, { skip }, async (t) => {
      const { port } = await startServer(t, server);
      await assert.rejects(get(url(port, "missing")), (error) => {
        assert.ok(error instanceof TftpError);
        assert.equal(error.code, "not-found");
        assert.equal(error.errorCode, 1);
        return true;
      });
    });
  });
}

describe("dnsmasq", () => {
  // Its TFTP server always uses port 69, which is free in a new network namespace.
  const skip = UNLESS_NAMESPACES || (!hasProgram("dnsmasq") && "dnsmasq is not installed");

  test("dnsmasq gives files", { skip }, async (t) => {
    const folder = temporaryFolder(t);
    const content = seededBytes(1, 300_001);
    writeFileSync(path.join(folder, "file"), content);
    chmodSync(folder, 0o755);
    const fetched = path.join(folder, "fetched");
    const script = [
      "ip link set lo up",
      `dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --port=0 --enable-tftp --tftp-root="${folder}" &`,
      `"${process.execPath}" "${CLI}" get tftp://127.0.0.1/file "${fetched}" --wait --blksize 300`,
      "code=$?; kill $!; exit $code",
    ].join("\n");
    const { code, stderr } = await run("unshare", ["--net", "sh", "-c", script]);
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(fetched) && readFileSync(fetched).equals(content), "the file is the same");
  });
});
