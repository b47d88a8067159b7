/** Older versions of uploads: their names, their number, and what there is when the server stops half-way. */
import assert from "node:assert/strict";
import fs, { linkSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage, NameRules, NOT_FOUND, RuleStorage, type WritableFile } from "lockstep-tftp";
import { FORBIDDEN } from "lockstep-tftp/engine";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";

const CLIENT = "192.0.2.7";
const NAME = "sw1";

class Place {
  readonly root: string;
  readonly errors: unknown[] = [];
  private readonly storage: RuleStorage;
  readonly files: DirectoryStorage;

  constructor(t: TestContext, keep: number) {
    this.root = temporaryFolder(t);
    this.files = new DirectoryStorage(this.root, { write: "overwrite", checksums: true }, (error) =>
      this.errors.push(error),
    );
    this.storage = new RuleStorage(this.files, new NameRules([{ keep }]));
  }

  /** Uploads `content`. Returns the answer to `commit`. */
  put(content: string, name = NAME): number {
    const file = this.storage.openForWriting(name, -1, CLIENT) as WritableFile;
    const bytes = new DataView(new TextEncoder().encode(content).buffer);
    assert.equal(file.write(bytes, 0, bytes.byteLength, 0), 0);
    const answer = file.commit();
    file.close();
    return answer;
  }

  path(name: string): string {
    return path.join(this.root, name);
  }

  /** Contents by the ends of the names of the upload and its versions. */
  get contents(): Record<string, string> {
    const names = readdirSync(this.root).filter((name) => name.startsWith(NAME));
    return Object.fromEntries(names.map((name) => [name.slice(NAME.length), readFileSync(this.path(name), "latin1")]));
  }
}

/** Makes a call of `node:fs` fail, as on a file system without hard links, or in a folder of another user. */
function failing(t: TestContext, method: "linkSync" | "renameSync", code: string): void {
  t.mock.method(fs, method, () => {
    throw Object.assign(new Error(code), { code });
  });
}

test("the last versions are kept, and numbers are not used again", (t) => {
  const place = new Place(t, 2);
  for (const content of ["a", "b", "c", "d", "e"]) {
    assert.equal(place.put(content), 0);
  }
  assert.deepEqual(place.contents, { "": "e", ".~4~": "d", ".~3~": "c" });
});

test("a version keeps its permissions and the time of its upload", (t) => {
  const place = new Place(t, 2);
  writeFileSync(place.path(NAME), "old", { mode: 0o640 });
  const { mode, mtimeMs } = statSync(place.path(NAME));
  place.put("new");
  const version = statSync(place.path(`${NAME}.~1~`));
  assert.deepEqual([version.mode, version.mtimeMs], [mode, mtimeMs]);
});

test("versions of another file, folders and names that look nearly the same stay", (t) => {
  const place = new Place(t, 1);
  for (const name of ["sw10.~1~", "sw1.~0~", "sw1.~01~", "sw1.~x~", "sw1~", "sw1.cfg.~3~"]) {
    writeFileSync(place.path(name), "other");
  }
  const before = readdirSync(place.root);
  for (const content of ["a", "b", "c"]) {
    place.put(content);
  }
  assert.deepEqual(
    readdirSync(place.root)
      .filter((name) => !before.includes(name))
      .sort(),
    ["sw1", "sw1.~2~"],
  );
});

test("a file system without hard links gets copies", (t) => {
  const place = new Place(t, 2);
  failing(t, "linkSync", "EOPNOTSUPP");
  for (const content of ["a", "b", "c", "d"]) {
    assert.equal(place.put(content), 0);
  }
  assert.deepEqual(place.contents, { "": "d", ".~3~": "c", ".~2~": "b" });
  assert.deepEqual(hiddenFiles(place.root), []);
});

test("where the file must be written to, its version is a copy and keeps the old content", (t) => {
  const place = new Place(t, 2);
  place.put("a");
  const { renameSync } = fs;
  const { ino } = statSync(place.path(NAME));
  t.mock.method(fs, "renameSync", (from: string, to: string) => {
    if (path.basename(String(to)) === NAME) {
      throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
    }
    renameSync(from, to);
  });
  assert.equal(place.put("b"), 0);
  assert.equal(statSync(place.path(NAME)).ino, ino);
  assert.deepEqual(place.contents, { "": "b", ".~1~": "a" });
});

test("an upload that stopped after the present file got its second name makes no version twice", (t) => {
  const place = new Place(t, 3);
  place.put("a");
  place.put("b");
  linkSync(place.path(NAME), place.path(`${NAME}.~2~`));
  place.put("c");
  assert.deepEqual(place.contents, { "": "c", ".~1~": "a", ".~2~": "b" });
});

test("an upload that cannot take its place leaves the present file, and fails", (t) => {
  const place = new Place(t, 2);
  place.put("a");
  failing(t, "renameSync", "EIO");
  assert.ok(place.put("b") < 0);
  assert.equal(place.contents[""], "a");
  t.mock.restoreAll();
  place.put("c");
  assert.deepEqual(place.contents, { "": "c", ".~1~": "a" });
});

test("an upload stays complete if an old version cannot be removed, and the error is reported", (t) => {
  const place = new Place(t, 1);
  place.put("a");
  place.put("b");
  const { rmSync } = fs;
  t.mock.method(fs, "rmSync", (file: string, options: fs.RmOptions) => {
    if (file.endsWith("~")) {
      throw Object.assign(new Error("not permitted"), { code: "EPERM" });
    }
    rmSync(file, options);
  });
  assert.equal(place.put("c"), 0);
  assert.match(String(place.errors[0]), /older versions of \S+sw1 could not be removed: not permitted/);
  t.mock.restoreAll();
  place.put("d");
  assert.deepEqual(place.contents, { "": "d", ".~3~": "c" });
});

test("no client reads, writes, lists or removes a version, or reads its checksum", async (t) => {
  const place = new Place(t, 2);
  place.put("a");
  place.put("b");
  const version = `${NAME}.~1~`;
  assert.equal(place.files.openForReading(version), NOT_FOUND);
  assert.equal(place.files.openForReading(`${version}.sha256`), NOT_FOUND);
  assert.equal(place.files.openForWriting(version, -1), FORBIDDEN);
  assert.equal(place.files.removeFile(version), NOT_FOUND);
  const listed: string[] = [];
  await place.files.listFiles(({ name }) => listed.push(name) > 0);
  assert.deepEqual(listed, [NAME]);
});
