/** What a storage or a listener throws reaches the program as an error event or as a warning. */
import assert from "node:assert/strict";
import fs, { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { FORBIDDEN, type Storage, type TftpServer } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_DISK_FULL, ERROR_FILE_NOT_FOUND, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../support/retrying-client.js";
import { seededBytes } from "../../support/seed.js";
import { serving } from "../../support/serving.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 2000);
const CAUSE = new Error("the database is gone");

function thrower(cause: unknown): () => never {
  return () => {
    throw cause;
  };
}

/** Has every file but "forbidden" and takes any file, with methods that `overrides` replaces in storage and files. */
function storageWith(overrides: Record<string, () => never>): Storage {
  return {
    openForReading: (name) =>
      name === "forbidden"
        ? FORBIDDEN
        : {
            sizeBytes: CONTENT.length,
            read: (target: Uint8Array, position: number) => CONTENT.copy(target, 0, position),
            close: () => {},
            ...overrides,
          },
    openForWriting: () => ({ write: () => 0, commit: () => 0, close: () => {}, ...overrides }),
    ...overrides,
  };
}

function errorsOf(server: TftpServer): Error[] {
  const errors: Error[] = [];
  server.on("error", (error) => errors.push(error));
  return errors;
}

/** Resolves with the next event, of which an error is no failure. */
function nextOf(server: TftpServer, event: "ended" | "error"): Promise<void> {
  return new Promise((resolve) => server.once(event, () => resolve()));
}

/** Warnings of the process during the test. */
function warningsOf(t: TestContext): Error[] {
  const warnings: Error[] = [];
  t.mock.method(process, "emitWarning", (warning: Error) => warnings.push(warning));
  return warnings;
}

for (const method of ["openForReading", "read"] as const) {
  test(`an exception of ${method} is an error event with its cause, and refuses the download`, async (t) => {
    const { server, port } = await serving(t, { storage: storageWith({ [method]: thrower(CAUSE) }) });
    const errors = errorsOf(server);
    await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.message, "The storage failed: the database is gone");
    assert.equal(errors[0]?.cause, CAUSE);
  });
}

for (const method of ["openForWriting", "write", "commit"] as const) {
  test(`an exception of ${method} is an error event with its cause, and refuses the upload`, async (t) => {
    const { server, port } = await serving(t, { storage: storageWith({ [method]: thrower(CAUSE) }) });
    const errors = errorsOf(server);
    await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.deepEqual(
      errors.map(({ cause }) => cause),
      [CAUSE],
    );
  });
}

test("an exception of close is an error event, and the download is complete", async (t) => {
  const { server, port } = await serving(t, { storage: storageWith({ close: thrower(CAUSE) }) });
  const errors = errorsOf(server);
  const reported = nextOf(server, "error");
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  await reported;
  assert.equal(errors[0]?.cause, CAUSE);
});

test("an exception with a code of the file system becomes the refusal of that code", async (t) => {
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const missing = Object.assign(new Error("no file"), { code: "ENOENT" });
  const storage = storageWith({ write: thrower(full), openForReading: thrower(missing) });
  const { server, port } = await serving(t, { storage });
  const errors = errorsOf(server);
  await assert.rejects(putFile("file", CONTENT, { port }), { errorCode: ERROR_DISK_FULL });
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
  assert.deepEqual(
    errors.map(({ cause }) => cause),
    [full, missing],
  );
});

test("a thrown value that is no Error is the cause too", async (t) => {
  const { server, port } = await serving(t, { storage: storageWith({ openForReading: thrower("no luck") }) });
  const errors = errorsOf(server);
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(errors[0]?.message, "The storage failed: no luck");
  assert.equal(errors[0]?.cause, "no luck");
});

test("a thrown object without a text is an error as well", async (t) => {
  const nothing = Object.create(null) as unknown;
  const { server, port } = await serving(t, { storage: storageWith({ openForReading: thrower(nothing) }) });
  const errors = errorsOf(server);
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.deepEqual(
    errors.map(({ message, cause }) => [message, cause]),
    [["The storage failed: [object Object]", nothing]],
  );
});

test("without a listener for errors an exception of the storage is a warning with its cause", async (t) => {
  const warnings = warningsOf(t);
  const { port } = await serving(t, { storage: storageWith({ openForReading: thrower(CAUSE) }) });
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.message, "The storage failed: the database is gone");
  assert.equal(warnings[0]?.cause, CAUSE);
});

for (const [title, answer, message] of [
  ["nothing", undefined, "openForReading returned undefined; it must return a file or a refusal at once"],
  ["a number that is no refusal", 5, "openForReading returned 5; it must return a file or a refusal at once"],
] as const) {
  test(`${title} in place of a file is an error that says so, and the client gets an ERROR`, async (t) => {
    const storage = { openForReading: () => answer, openForWriting: () => answer } as unknown as Storage;
    const { server, port } = await serving(t, { storage });
    const errors = errorsOf(server);
    await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
    assert.deepEqual(
      errors.map((error) => error.message),
      [`The storage failed: ${message}`],
    );
  });
}

test("a read that returns no number is an error that says so", async (t) => {
  const file = { sizeBytes: -1, read: () => undefined, close: () => {} };
  const storage = { openForReading: () => file, openForWriting: () => FORBIDDEN } as unknown as Storage;
  const { server, port } = await serving(t, { storage });
  const errors = errorsOf(server);
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(errors[0]?.message, "The storage failed: read returned undefined");
});

test("warnings of a storage come once for each kind of error", async (t) => {
  const warnings = warningsOf(t);
  const storage: Storage = {
    openForReading(name) {
      throw Object.assign(new Error(name), { code: name.startsWith("full") ? "ENOSPC" : "EIO" });
    },
    openForWriting: () => FORBIDDEN,
  };
  const { port } = await serving(t, { storage });
  for (const name of ["full", "full again", "worn", "worn again"]) {
    await assert.rejects(fetchFile(name, { port }));
  }
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ["The storage failed: full", "The storage failed: worn"],
  );
});

for (const event of ["started", "ended", "refused"] as const) {
  test(`an exception in a listener of ${event} is one error event, and the server goes on`, async (t) => {
    const { server, port } = await serving(t, { storage: storageWith({}) });
    const errors = errorsOf(server);
    const reported = nextOf(server, "error");
    server.on(event, thrower(CAUSE));
    if (event === "refused") {
      await assert.rejects(fetchFile("forbidden", { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    } else {
      assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
    }
    await reported;
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.message, `A listener of "${event}" threw: the database is gone`);
    assert.equal(errors[0]?.cause, CAUSE);
    server.removeAllListeners(event);
    assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  });
}

test("exceptions in a listener of progress do not disturb the transfer, and are one warning", async (t) => {
  const warnings = warningsOf(t);
  const { server, port } = await serving(t, { storage: storageWith({}) });
  server.on("progress", thrower(CAUSE));
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.message, 'A listener of "progress" threw: the database is gone');
});

test("each exception in a listener of progress is an error event", async (t) => {
  const { server, port } = await serving(t, { storage: storageWith({}) });
  const errors = errorsOf(server);
  const over = nextOf(server, "ended");
  server.on("progress", thrower(CAUSE));
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
  await over;
  assert.equal(errors.length, Math.floor(CONTENT.length / 512) + 1);
});

test("an exception in a listener of error is a warning", async (t) => {
  const warnings = warningsOf(t);
  const { server, port } = await serving(t, { storage: storageWith({ openForReading: thrower("no luck") }) });
  server.on("error", thrower(CAUSE));
  await assert.rejects(fetchFile("file", { port }), { errorCode: ERROR_NOT_DEFINED });
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.message, 'A listener of "error" threw: the database is gone');
  assert.equal(warnings[0]?.cause, CAUSE);
});

test("a listener of close that throws does not keep the server from closing", async (t) => {
  const { server } = await serving(t, { storage: storageWith({}) });
  const errors = errorsOf(server);
  server.on("close", thrower(CAUSE));
  await server.close();
  assert.equal(errors[0]?.cause, CAUSE);
});

test("a file of the folder that cannot be read is an error event that names the file", async (t) => {
  const root = temporaryFolder(t);
  const file = path.join(root, "image");
  writeFileSync(file, seededBytes(1, 100_000));
  const { server, port } = await serving(t, { root });
  const errors = errorsOf(server);
  const failure = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
  t.mock.method(fs, "readSync", thrower(failure));
  await assert.rejects(fetchFile("image", { port }), { errorCode: ERROR_NOT_DEFINED });
  t.mock.restoreAll();
  const [error] = errors as [Error];
  assert.equal(error.message, `The storage failed: ${file} could not be read: EIO: i/o error, read`);
  assert.equal((error.cause as Error).cause, failure);
});

test("a file of the folder that cannot be written is an error event that names the file", async (t) => {
  const root = temporaryFolder(t);
  const { server, port } = await serving(t, { root, write: "new" });
  const errors = errorsOf(server);
  const failure = Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
  t.mock.method(fs, "fsyncSync", thrower(failure));
  await assert.rejects(putFile("image", CONTENT, { port }), { errorCode: ERROR_NOT_DEFINED });
  t.mock.restoreAll();
  const [error] = errors;
  assert.equal(error?.message, `The storage failed: ${root}/image could not be written: EIO: i/o error, fsync`);
});

test("refusals of a folder that are ordinary are no errors", async (t) => {
  const warnings = warningsOf(t);
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "folder"));
  writeFileSync(path.join(root, "present"), "old");
  const { server, port } = await serving(t, { root, write: "new" });
  const errors = errorsOf(server);
  await assert.rejects(fetchFile("missing", { port }));
  await assert.rejects(fetchFile("folder", { port }));
  await assert.rejects(putFile("present", CONTENT, { port }));
  await assert.rejects(putFile("nowhere/file", CONTENT, { port }));
  assert.deepEqual(errors, []);
  assert.equal(warnings.length, 0);
  assert.equal(readFileSync(path.join(root, "present"), "utf8"), "old");
});
