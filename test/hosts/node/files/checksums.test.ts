/** `NAME.sha256` is the checksum of the file that the same client would get for NAME, and of no other file. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs, { mkdirSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { DirectoryStorage, type NameRule, type RenamedRequest } from "lockstep-tftp";
import { BUSY, ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND, isRefusal } from "lockstep-tftp/engine";
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

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await setTimeout(1);
  }
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
  // Asks again soon: the first request for the checksum of a large file gets no answer.
  const fetchText = async (name: string) =>
    (await fetchFile(name, { port, requestIntervalMs: 250 })).content.toString();
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

describe("checksums of large files", () => {
  const NAMES = Array.from({ length: 40 }, (_, index) => `image-${index}`);

  function largeFiles(t: TestContext): { root: string; storage: DirectoryStorage } {
    const root = temporaryFolder(t);
    for (const name of NAMES) {
      writeFileSync(path.join(root, name), IMAGE);
    }
    return { root, storage: new DirectoryStorage(root, { checksums: true }) };
  }

  /** Asks as a client does, until there is an answer. */
  async function patientlyFetched(storage: DirectoryStorage, name: string): Promise<string> {
    for (;;) {
      const content = contentOf(storage, `${name}.sha256`);
      if (typeof content !== "number") {
        return content.toString();
      }
      assert.equal(content, BUSY, name);
      await setTimeout(1);
    }
  }

  test("a request for the checksum of a large file reads nothing, and a later one finds the checksum", async (t) => {
    const { storage } = largeFiles(t);
    const { mock } = t.mock.method(fs, "readSync");
    assert.equal(contentOf(storage, "image-0.sha256"), BUSY);
    assert.equal(mock.callCount(), 0, "reads within the request");
    assert.equal(await patientlyFetched(storage, "image-0"), lineOf(IMAGE, "image-0"));
    assert.equal(mock.callCount(), 0, "reads within a request");
  });

  test("one large file is read at a time, and 16 others wait, of any number that is asked for", async (t) => {
    const { storage } = largeFiles(t);
    const reads = t.mock.method(fs, "read").mock;
    const openings = t.mock.method(fs, "openSync").mock;
    const closings = t.mock.method(fs, "closeSync").mock;
    for (const name of NAMES) {
      assert.equal(contentOf(storage, `${name}.sha256`), BUSY);
    }
    assert.equal(reads.callCount(), 1, "files that are being read");
    assert.equal(openings.callCount() - closings.callCount(), 17, "open files");
    for (const name of NAMES) {
      assert.equal(await patientlyFetched(storage, name), lineOf(IMAGE, name));
    }
    await until(() => openings.callCount() === closings.callCount());
  });

  test("a small checksum waits for no large file, and of those that wait the smallest is next", async (t) => {
    const { root, storage } = largeFiles(t);
    const reads = t.mock.method(fs, "read").mock;
    truncateSync(path.join(root, "image-1"), 4_000_000);
    for (const name of ["image-0", "image-1", "image-2"]) {
      assert.equal(contentOf(storage, `${name}.sha256`), BUSY);
    }
    writeFileSync(path.join(root, "small"), "1234");
    assert.equal(String(contentOf(storage, "small.sha256")), lineOf("1234", "small"));
    await patientlyFetched(storage, "image-1");
    const order = [...new Set(reads.calls.map((call) => call.arguments[0]))];
    assert.equal(order.length, 3);
    assert.equal(reads.calls.at(-1)?.arguments[0], order[2]);
    assert.equal(String(contentOf(storage, "image-2.sha256")), lineOf(IMAGE, "image-2"));
  });

  test("a file that changes while it is read gets the checksum of its new content", async (t) => {
    const { root, storage } = largeFiles(t);
    settle(t);
    assert.equal(contentOf(storage, "image-0.sha256"), BUSY);
    writeFileSync(path.join(root, "image-0"), IMAGE.subarray(1));
    assert.equal(await patientlyFetched(storage, "image-0"), lineOf(IMAGE.subarray(1), "image-0"));
  });

  test("a large file that cannot be read is reported", async (t) => {
    const { root } = largeFiles(t);
    const errors: unknown[] = [];
    const storage = new DirectoryStorage(root, { checksums: true }, (error) => errors.push(error));
    t.mock.method(fs, "read", (...args: unknown[]) => {
      (args.at(-1) as (error: Error) => void)(new Error("no answer from the disk"));
    });
    assert.equal(contentOf(storage, "image-0.sha256"), BUSY);
    await until(() => errors.length > 0);
    assert.match(String(errors[0]), /image-0 could not be read: no answer from the disk/);
  });
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
