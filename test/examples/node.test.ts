/** The examples for Node, each run as a process in the way that its heading shows. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ERROR_ACCESS_VIOLATION, ERROR_DISK_FULL, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { PROJECT } from "../support/program.js";
import { ErrorAnswer, fetchFile, putFile } from "../support/retrying-client.js";
import { seededBytes } from "../support/seed.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Example {
  readonly port: number;
  /** Ends the example as Ctrl-C does, and returns its output. */
  end(): Promise<string>;
}

/** Starts an example on a free port of 127.0.0.1, and waits until the example listens. */
async function start(t: TestContext, name: string, words: readonly string[]): Promise<Example> {
  const file = path.join(PROJECT, "examples/node", name);
  const child = spawn(process.execPath, [file, ...words, "0", "127.0.0.1"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "close");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  while (!said.includes("Listening on")) {
    await Promise.race([once(child.stdout, "data"), ended.then(() => assert.fail(`${name} ended: ${said}`))]);
  }
  return {
    port: Number(/port: (\d+)/.exec(said)?.[1]),
    async end(): Promise<string> {
      child.kill("SIGINT");
      assert.deepEqual(await ended, [0, null]);
      return said;
    },
  };
}

function isError(errorCode: number): (error: unknown) => boolean {
  return (error) => error instanceof ErrorAnswer && error.errorCode === errorCode;
}

test("serve-folder serves a folder, logs what happens, and ends", async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file"), "content");
  const { port, end } = await start(t, "serve-folder.js", [root]);
  assert.equal((await fetchFile("file", { port })).content.toString(), "content");
  await assert.rejects(fetchFile("missing", { port }), isError(ERROR_FILE_NOT_FOUND));
  const said = await end();
  assert.match(said, /^127\.0\.0\.1 file: completed, 7 bytes in [\d.]+ ms$/m);
  assert.match(said, /^127\.0\.0\.1 missing: no such file$/m);
});

test("device-configurations makes a configuration for each known device", async (t) => {
  const { port, end } = await start(t, "device-configurations.js", []);
  const { content } = await fetchFile("0004F2ABCD00.cfg", { port });
  assert.equal(content.toString(), "label = Workshop\nextension = 102\naddress = 127.0.0.1\n");
  await assert.rejects(fetchFile("0004f2000000.cfg", { port }), isError(ERROR_FILE_NOT_FOUND));
  await assert.rejects(putFile("0004f2abcdef.cfg", Buffer.from("x"), { port }), isError(ERROR_ACCESS_VIOLATION));
  await end();
});

test("database-configurations looks phones up in a database while they wait", async (t) => {
  const file = path.join(temporaryFolder(t), "phones");
  const sql = `CREATE TABLE phones (mac TEXT PRIMARY KEY, label TEXT, extension INTEGER);
    INSERT INTO phones VALUES ('0004f2abcd00', 'Workshop', 102)`;
  const script = 'new (require("node:sqlite").DatabaseSync)(process.argv[1]).exec(process.argv[2])';
  if (spawnSync(process.execPath, ["-e", script, file, sql]).status !== 0) {
    // This Node has no SQLite.
    writeFileSync(file, JSON.stringify({ "0004f2abcd00": { label: "Workshop", extension: 102 } }));
  }
  const { port, end } = await start(t, "database-configurations.js", [file]);
  const downloads = await Promise.all([1, 2, 3].map(() => fetchFile("0004F2ABCD00.cfg", { port })));
  for (const { content } of downloads) {
    assert.equal(content.toString(), "label = Workshop\nextension = 102\n");
  }
  await assert.rejects(fetchFile("0004f2000000.cfg", { port }), isError(ERROR_FILE_NOT_FOUND));
  await assert.rejects(putFile("0004f2abcdef.cfg", Buffer.from("x"), { port }), isError(ERROR_ACCESS_VIOLATION));
  assert.match(await end(), /127\.0\.0\.1 0004f2000000\.cfg: the database has no phone 0004f2000000/);
});

test("memory-files sends its own file and the files that clients have put", async (t) => {
  const { port, end } = await start(t, "memory-files.js", []);
  assert.equal((await fetchFile("greeting", { port })).content.toString(), "Hello\n");
  for (const sizeBytes of [0, 511, 512, 5000]) {
    const content = seededBytes(sizeBytes + 1, sizeBytes);
    await putFile(`file-${sizeBytes}`, content, { port });
    assert.deepEqual((await fetchFile(`file-${sizeBytes}`, { port })).content, content);
    // A block size of the client shows that `read` fills a whole buffer whatever the client uses.
    const { content: inSmallBlocks } = await fetchFile(`file-${sizeBytes}`, { port, options: { blksize: 100 } });
    assert.deepEqual(inSmallBlocks, content);
  }
  await assert.rejects(putFile("greeting", Buffer.from("x"), { port }), isError(ERROR_FILE_EXISTS));
  await assert.rejects(putFile("large", Buffer.alloc(1024 * 1024 + 1), { port }), isError(ERROR_DISK_FULL));
  await assert.rejects(fetchFile("large", { port }), isError(ERROR_FILE_NOT_FOUND));
  assert.match(await end(), /127\.0\.0\.1 file-5000: completed/);
});

test("refuse-by-network gives the public part to every client, and the rest to administrators", async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "public"));
  writeFileSync(path.join(root, "public/file"), "for all");
  writeFileSync(path.join(root, "secret"), "for some");
  const { port, end } = await start(t, "refuse-by-network.js", [root, "127.0.0.8/29"]);
  const administrator = { port, localAddress: "127.0.0.9" };
  const guest = { port, localAddress: "127.0.0.2" };
  assert.equal((await fetchFile("secret", administrator)).content.toString(), "for some");
  assert.equal((await fetchFile("public/file", guest)).content.toString(), "for all");
  await assert.rejects(fetchFile("secret", guest), isError(ERROR_ACCESS_VIOLATION));
  await assert.rejects(fetchFile("public/../secret", guest), isError(ERROR_ACCESS_VIOLATION));
  await end();
});

test("collect-backups keeps each backup in a folder named after its day and its sender", async (t) => {
  const root = temporaryFolder(t);
  const { port, end } = await start(t, "collect-backups.js", [root]);
  await putFile("switch/running-config", Buffer.from("hostname one"), { port, localAddress: "127.0.0.2" });
  await putFile("running-config", Buffer.from("hostname two"), { port, localAddress: "127.0.0.3" });
  await assert.rejects(fetchFile("running-config", { port }), isError(ERROR_ACCESS_VIOLATION));
  const backups = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("-config"));
  assert.equal(backups.length, 2);
  for (const [sender, content] of [
    ["127.0.0.2", "hostname one"],
    ["127.0.0.3", "hostname two"],
  ] as const) {
    const kept = backups.find((file) => file.split(path.sep)[1] === sender) as string;
    assert.match(kept, /^\d{4}-\d{2}-\d{2}\/127\.0\.0\.\d\/\d{6}-running-config$/);
    assert.equal(readFileSync(path.join(root, kept), "utf8"), content);
  }
  assert.match(await end(), /127\.0\.0\.3 puts running-config: 12 bytes/);
});
