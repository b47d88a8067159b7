/**
 * A folder on a system that cannot tell the path of an open file, and files that vanish while they are opened.
 */
import assert from "node:assert/strict";
import fs, { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mock } from "node:test";
import { FORBIDDEN } from "lockstep-tftp/engine";
import { openFiles } from "../../../support/process-resources.js";
import { contentOf, store } from "../../../support/storage-use.js";

const { existsSync } = fs;
const { native } = fs.realpathSync;

mock.method(fs, "existsSync", (file: string) => file !== "/proc/self/fd" && existsSync(file));
const { DirectoryStorage } = await import("lockstep-tftp");

const [root = ""] = process.argv.slice(2);
mkdirSync(path.join(root, "folder"));
writeFileSync(path.join(root, "folder/file"), "inside");
const storage = new DirectoryStorage(root, { write: "overwrite" });
assert.equal(contentOf(storage, "folder/file")?.toString(), "inside");
assert.equal(store(storage, "folder/new", Buffer.from("new")), 0);

const openBefore = openFiles();
if (process.platform === "win32") {
  const { realpathSync } = fs;
  mock.method(fs, "realpathSync", (file: string) => realpathSync(`${file}.vanished`));
} else {
  mock.method(fs.realpathSync, "native", (file: string) => native(`${file}.vanished`, "buffer"));
}
assert.equal(contentOf(storage, "folder/file"), FORBIDDEN);
assert.equal(store(storage, "folder/new", Buffer.from("newer")), FORBIDDEN);
assert.equal(openFiles(), openBefore, "open files");
