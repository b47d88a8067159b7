/** Names that must not reach the file system of Windows. The pattern is tested on every system; Windows alone applies it. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { DirectoryStorage, FORBIDDEN, NOT_FOUND } from "lockstep-tftp";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const DEVICES = [
  "con",
  "NUL",
  "Aux.txt",
  "folder/prn.log",
  "com1",
  "COM1.cfg",
  "LPT9.cfg",
  "com0/file",
  "boot/nul",
  "lpt1.tar.gz",
  "nul .txt",
  "com\u00b9",
  "CONIN$",
];
const FILES = ["console", "con1", "com10", "xcon", "com", "folder.con", "a.nul", "lpt\u2074"];
const OTHERS = ["c:file", "file:stream", "file.", "folder./file", "file "];

/** Pretends that the process runs on Windows. */
function onWindows<Result>(act: () => Result): Result {
  const real = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  Object.defineProperty(process, "platform", { ...real, value: "win32" });
  try {
    return act();
  } finally {
    Object.defineProperty(process, "platform", real);
  }
}

function storageWith(t: Parameters<typeof temporaryFolder>[0], names: readonly string[]): DirectoryStorage {
  const root = temporaryFolder(t);
  for (const name of names) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), name);
  }
  return new DirectoryStorage(root, { write: "overwrite" });
}

for (const name of [...DEVICES, ...OTHERS]) {
  test(`on Windows, ${name} is neither read nor written`, (t) => {
    const storage = storageWith(t, [name]);
    onWindows(() => {
      assert.equal(storage.openForReading(name), NOT_FOUND);
      assert.ok([NOT_FOUND, FORBIDDEN].includes(storage.openForWriting(name, -1) as number));
    });
  });

  test(`on other systems, ${name} is a file`, { skip: process.platform === "win32" }, (t) => {
    const file = storageWith(t, [name]).openForReading(name);
    assert.ok(typeof file === "object");
    file.close();
  });
}

for (const name of FILES) {
  test(`on Windows, ${name} is a file`, (t) => {
    const storage = storageWith(t, [name]);
    const file = onWindows(() => storage.openForReading(name));
    assert.ok(typeof file === "object");
    file.close();
  });
}
