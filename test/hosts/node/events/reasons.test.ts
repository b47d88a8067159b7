/** Each refusal has its reason: in the event, in the log as text and as JSON, and nothing of it on the wire. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
  type EndedTransfer,
  FAILED,
  FORBIDDEN,
  type IgnoredRequest,
  NOT_FOUND,
  type Reason,
  type RefusedRequest,
  refuse,
  type Storage,
  type TftpServer,
} from "lockstep-tftp";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { IS_ROOT, NOBODY } from "../../../support/rights.js";
import { ServerProcess } from "../../../support/server-process.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { folderOfRefusals, REFUSALS, type Refusal, RULES, request, rulesAsToml, SERVERS } from "./refusals.js";

/** Texts of the messages on the wire, which are the same for every reason. */
const WIRE_TEXTS: Readonly<Record<number, string>> = {
  1: "File not found",
  2: "Access violation",
  3: "Disk full or allocation exceeded",
  4: "Illegal TFTP operation",
  6: "File already exists",
};

/** Root may read everything: its server runs as another user. */
const LAUNCHER = IS_ROOT ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];

/** Lines about refusals. Rules that map a name have lines, too. */
const REFUSED = { json: /"event":"refused"/, text: / (?:gets|puts) (?!.*the rules map it)/ };
const LEVELS: Readonly<Record<string, string>> = { "get 1": "debug" };

async function loggingServer(
  test: TestContext,
  root: string,
  server: keyof typeof SERVERS,
  format: "text" | "json",
): Promise<ServerProcess> {
  const config = path.join(temporaryFolder(test), "tftp.toml");
  writeFileSync(config, rulesAsToml());
  const readable = ["sh", "-c", 'exec "$@" --config /dev/stdin < "$0"', config];
  const words = [root, ...SERVERS[server].flags, "--log", format, "--log-level", "debug"];
  return ServerProcess.start(test, words, { launcher: [...readable, ...LAUNCHER] });
}

function label({ server, request, name, code }: Refusal): string {
  return `${code}: ${request} ${name.slice(0, 20)}, ${server}`;
}

for (const format of ["text", "json"] as const) {
  test(`the log in ${format} has the reason of each refusal`, async (t) => {
    const root = folderOfRefusals(t);
    for (const kind of Object.keys(SERVERS) as (keyof typeof SERVERS)[]) {
      const server = await loggingServer(t, root, kind, format);
      for (const refusal of REFUSALS.filter((one) => one.server === kind)) {
        const from = server.lines.length;
        const answer = `ERROR ${refusal.errorCode}: ${WIRE_TEXTS[refusal.errorCode]}`;
        await assert.rejects(request(refusal, server.port), { message: answer }, label(refusal));
        const line = await server.line(REFUSED[format], from);
        assertLogged(line, refusal, format);
      }
      await server.kill();
    }
  });
}

function assertLogged(line: string, refusal: Refusal, format: string): void {
  if (format === "json") {
    const { code, reason, errorCode, level } = JSON.parse(line);
    assert.deepEqual([code, errorCode], [refusal.code, refusal.errorCode], label(refusal));
    assert.match(reason, refusal.text);
    const isGet = refusal.request === "get";
    assert.equal(level, LEVELS[`${isGet ? "get" : "put"} ${errorCode}`] ?? "warn", label(refusal));
  } else {
    const [, reason = ""] = / (?:gets|puts) "[^"]*": (.*)$/.exec(line) ?? [];
    assert.match(reason, refusal.text, label(refusal));
  }
}

test("the event of each refusal has its reason, frozen", async (t) => {
  const root = folderOfRefusals(t);
  for (const kind of Object.keys(SERVERS) as (keyof typeof SERVERS)[]) {
    const { server, port } = await serving(t, { root, rules: RULES, ...SERVERS[kind].options });
    const refused: RefusedRequest[] = [];
    server.on("refused", (request) => refused.push(request));
    for (const refusal of REFUSALS.filter((one) => one.server === kind && (!IS_ROOT || !needsRights(one)))) {
      await assert.rejects(request(refusal, port), label(refusal));
      const { reason } = refused.pop() as RefusedRequest;
      assert.equal(reason.code, refusal.code, label(refusal));
      assert.match(reason.text, refusal.text);
      assert.ok(Object.isFrozen(reason));
    }
  }
});

/** Root may read and write everything. */
function needsRights({ code }: Refusal): boolean {
  return code === "unreadable" || code === "unwritable";
}

test("a request from a network that is not allowed is an event, and a line at debug, as often as the log allows", async (t) => {
  const root = temporaryFolder(t);
  const { server, port } = await serving(t, { root, allow: ["192.0.2.0/24"] });
  const ignored = once(server, "ignored");
  const reason = { code: "network_not_allowed", text: "not allowed from this network (--allow)" };
  const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  t.after(() => socket.close());
  await once(socket, "listening");
  const ask = (at: number): void => socket.send("\0\x02sw1\0octet\0", at, "127.0.0.1");
  ask(port);
  const [request] = (await ignored) as [IgnoredRequest];
  assert.deepEqual(request, { name: "sw1", isUpload: true, reason, address: "127.0.0.1", port: socket.address().port });
  for (const format of ["text", "json"]) {
    const words = [root, "--allow", "192.0.2.0/24", "--log", format];
    const silent = await ServerProcess.start(t, words);
    const open = await ServerProcess.start(t, [...words, "--log-level", "debug"]);
    for (let count = 0; count < 150; count++) {
      ask(silent.port);
      ask(open.port);
      // The sockets of the servers need not hold them all.
      await setImmediate();
    }
    await open.line(format === "json" ? /"code":"network_not_allowed"/ : /puts "sw1": not allowed from this network/);
    for (const process of [silent, open]) {
      process.signal("SIGTERM");
      await process.ended;
    }
    const about = ({ lines }: ServerProcess): number => lines.filter((line) => line.includes("sw1")).length;
    assert.equal(about(silent), 0);
    assert.ok(about(open) > 0 && about(open) <= 100, `${about(open)} lines`);
  }
});

test("names in a reason are escaped", async (t) => {
  const { server, port } = await serving(t, { root: temporaryFolder(t), write: "new" });
  const reasons = reasonsOf(server);
  await assert.rejects(putFile("a\u202eb/new", Buffer.from("x"), { port }));
  assert.deepEqual(reasons, [{ code: "folder_missing", text: 'the folder "a\\u{202e}b" is not there' }]);
});

/** A storage that refuses everything as it is told. */
function refusing(answer: () => number): Storage {
  return { openForReading: answer, openForWriting: answer };
}

function reasonsOf(server: TftpServer): Reason[] {
  const reasons: Reason[] = [];
  server.on("refused", ({ reason }) => reasons.push(reason));
  return reasons;
}

for (const [what, answer, reason] of [
  [
    "that says why it refuses",
    () => refuse(NOT_FOUND, "the database has no such phone\u0007"),
    { code: "not_found", text: "the database has no such phone\\u{7}" },
  ],
  ["that does not say why", () => FORBIDDEN, { code: "forbidden", text: "the storage does not allow it" }],
  ["that fails", () => FAILED, { code: "failed", text: "failed" }],
  [
    "that throws",
    () => {
      throw new Error("no database");
    },
    { code: "failed", text: "failed: no database" },
  ],
] as const) {
  test(`a refusal of a storage ${what} has a reason`, async (t) => {
    const { server, port } = await serving(t, { storage: refusing(answer) });
    server.on("error", () => {});
    const reasons = reasonsOf(server);
    await assert.rejects(fetchFile("phone", { port }));
    await assert.rejects(putFile("phone", Buffer.from("x"), { port }));
    assert.deepEqual(reasons, [reason, reason]);
  });
}

test("a reason that belongs to no request is not given to the next one", async (t) => {
  const { server, port } = await serving(t, { root: temporaryFolder(t) });
  const reasons = reasonsOf(server);
  refuse(FORBIDDEN, "of another server");
  await assert.rejects(fetchFile("../x", { port }));
  refuse(NOT_FOUND, "of another server");
  await assert.rejects(fetchFile("x", { port }));
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ["not_a_file_name", "not_found"],
  );
});

test("a transfer that its file or its size has ended has a reason", async (t) => {
  const root = temporaryFolder(t);
  const changing = path.join(root, "changing");
  writeFileSync(changing, Buffer.alloc(100_000));
  const { server, port } = await serving(t, { root, write: "new", maxSizeBytes: 600 });
  server.on("error", () => {});
  const ends: EndedTransfer[] = [];
  server.on("ended", (_transfer, end) => ends.push(end));
  await assert.rejects(fetchFile("changing", { port, step: () => truncateSync(changing, 1000) }));
  await assert.rejects(putFile("large", Buffer.alloc(1000), { port }));
  await putFile("small", Buffer.alloc(10), { port });
  assert.deepEqual(
    ends.map(({ outcomeName, reason }) => [outcomeName, reason]),
    [
      ["storage_failed", { code: "failed", text: "failed: it has become shorter" }],
      ["too_large", { code: "too_large", text: "larger than allowed (--max-size)" }],
      ["completed", undefined],
    ],
  );
});
