/** `NAME.sha256` is the checksum of the file that the same client would get for NAME, and of no other file. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs, { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage, type NameRule, type RenamedRequest } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND, isRefusal } from "lockstep-tftp/engine";
import { settle } from "../../../support/file-conditions.js";
import { run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { contentOf } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";

const IMAGE = seededBytes(SEED, 200_000);

/** The output of `sha256sum`. */
function lineOf(content: string | Buffer, name: string): string {
  return `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
}

async function served(t: TestContext, rules?: readonly NameRule[]) {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "folder"));
  writeFileSync(path.join(root, "folder/image"), IMAGE);
  writeFileSync(path.join(root, "secret"), "1234");
  const { server, port } = await serving(t, {
    root,
    write: "overwrite",
    checksums: true,
    ...(rules === undefined ? {} : { rules }),
  });
  const fetchText = async (name: string) => (await fetchFile(name, { port })).content.toString();
  return { root, server, port, fetchText };
}

test("sha256sum accepts the checksum beside the file under the client's name", async (t) => {
  const { root, fetchText } = await served(t);
  const line = await fetchText("folder/image.sha256");
  assert.equal(line, lineOf(IMAGE, "image"));
  writeFileSync(path.join(root, "folder/sums"), line);
  const { code, stdout } = await run("sh", ["-c", `cd "${root}/folder" && sha256sum --check sums`]);
  assert.deepEqual([code, stdout], [0, "image: OK\n"]);
});

test("a file that was replaced by an upload has a new checksum", async (t) => {
  const { port, fetchText } = await served(t);
  assert.equal(await fetchText("secret.sha256"), lineOf("1234", "secret"));
  await putFile("secret", Buffer.from("5678"), { port });
  assert.equal(await fetchText("secret.sha256"), lineOf("5678", "secret"));
});

test("a checksum is kept only of a file that has not just changed: it may change again within the same step of time", (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "a"), "a");
  const storage = new DirectoryStorage(root, { checksums: true });
  const { mock } = t.mock.method(fs, "readSync");
  const readsOfTwo = () => {
    const before = mock.callCount();
    contentOf(storage, "a.sha256");
    contentOf(storage, "a.sha256");
    return mock.callCount() - before;
  };
  const whileNew = readsOfTwo();
  settle(t);
  assert.equal(readsOfTwo(), whileNew / 2, "reads");
  assert.equal(readsOfTwo(), 0, "reads");
});

test("a file whose name ends with .sha256 is sent itself", async (t) => {
  const { root, fetchText } = await served(t);
  writeFileSync(path.join(root, "secret.sha256"), "mine");
  assert.equal(await fetchText("secret.sha256"), "mine");
  assert.equal(await fetchText("secret.sha256.sha256"), lineOf("mine", "secret.sha256"));
});

test("neither a missing file nor a running upload has a checksum", async (t) => {
  const { root, port } = await served(t);
  const running = temporaryName(process.pid);
  renameSync(path.join(root, "secret"), path.join(root, running));
  for (const name of ["none.sha256", "folder/.sha256", "none.sha256.sha256", `${running}.sha256`]) {
    await assert.rejects(fetchFile(name, { port }), { errorCode: ERROR_FILE_NOT_FOUND }, name);
  }
});

test("no checksums are given without the option or in a drop box", (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "a"), "a");
  for (const [options, errorCode] of [
    [{}, ERROR_FILE_NOT_FOUND],
    [{ checksums: true, read: false }, ERROR_ACCESS_VIOLATION],
  ] as const) {
    const storage = new DirectoryStorage(root, options);
    assert.equal(storage.openForReading("a.sha256"), ~errorCode);
    assert.equal(storage.openChecksum("a", "a"), ~errorCode);
  }
  assert.ok(!isRefusal(new DirectoryStorage(root, { checksums: true }).openForReading("a.sha256")));
});

test("the checksum of a file that a rule refuses is refused", async (t) => {
  const { port, fetchText } = await served(t, [{ match: "secret", refuse: true }]);
  await assert.rejects(fetchFile("secret.sha256", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  assert.equal(await fetchText("folder/image.sha256"), lineOf(IMAGE, "image"));
});

test("a client gets the checksum of the file that the rules select for it", async (t) => {
  const { server, port, fetchText } = await served(t, [
    { match: "phone.bin", to: "none" },
    { match: "phone.bin", to: "folder/image" },
    { match: "*.sha256", refuse: true, from: "192.0.2.1" },
  ]);
  const renamed: RenamedRequest[] = [];
  server.on("renamed", (request) => renamed.push(request));
  assert.equal(await fetchText("phone.bin.sha256"), lineOf(IMAGE, "phone.bin"));
  assert.deepEqual(
    renamed.map(({ name, foundName }) => [name, foundName]),
    [["phone.bin.sha256", "folder/image.sha256"]],
  );
  await assert.rejects(fetchFile("other.sha256", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
});

test("a rule for the name of a checksum takes precedence over rules for its file", async (t) => {
  const { port, fetchText } = await served(t, [
    { match: "secret.sha256", refuse: true },
    { match: "*.sum", to: "{1}.sha256" },
  ]);
  await assert.rejects(fetchFile("secret.sha256", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  assert.equal(await fetchText("secret"), "1234");
});
