/** The command that puts a folder of files into the flash image of a board. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { default as TFTPServerClass, TFTPServerOptions } from "../../../../dist/types/hosts/moddable/server.js";
import type * as StorageModule from "../../../../dist/types/hosts/moddable/storage/index.js";
import { boardModule, resetBoard } from "../board.js";
import { Client, contentsOf } from "../client.js";
import UDP from "../sdk/udp.js";

const COMMAND = path.resolve("dist/command/add-files.js");
const BOARD = path.resolve("hosts/moddable");

let work: string;
let folder: string;

beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), "add-files-"));
  folder = path.join(work, "files");
  mkdirSync(folder);
});

afterEach(() => rmSync(work, { recursive: true }));

function put(name: string, contents: Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), contents);
}

function addFiles(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [COMMAND, ...words], { cwd: work, encoding: "utf8", timeout: 60_000 });
}

function json(...parts: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(work, ...parts), "utf8"));
}

test("the board serves the packed files, with names and folders", async () => {
  const deep = `${"d".repeat(90)}/${"e".repeat(60)}/f.bin`;
  const names = ["a.bin", "empty", "boot/pxe.0", ".hidden", "with space", "zürich.txt", deep];
  names.forEach((name, index) => {
    put(name, name === "empty" ? new Uint8Array(0) : contentsOf(400 + index * 100));
  });
  assert.equal(addFiles("files").status, 0);
  const archive = readFileSync(path.join(work, "firmware/files.tar"));
  resetBoard();
  const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");
  const { ArchiveStorage } = await boardModule<typeof StorageModule>("storage");
  const storage = new ArchiveStorage(new Uint8Array(archive).buffer);
  new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage });
  for (const name of names) {
    const fetched = new Client().get(name);
    assert.deepEqual(Buffer.from(fetched as Uint8Array), readFileSync(path.join(folder, name)), name);
  }
});

test("tar lists the archive, and the same files make the same bytes", () => {
  put("boot/pxe.0", contentsOf(1000));
  put("a.bin", contentsOf(513));
  addFiles("files", "--to", "one");
  addFiles("files", "--to", "other");
  const unpacked = path.join(work, "unpacked");
  mkdirSync(unpacked);
  execFileSync("tar", ["-x", "-f", path.join(work, "one/files.tar"), "-C", unpacked]);
  for (const name of ["boot/pxe.0", "a.bin"]) {
    assert.deepEqual(readFileSync(path.join(unpacked, name)), readFileSync(path.join(folder, name)));
  }
  assert.deepEqual(readFileSync(path.join(work, "one/files.tar")), readFileSync(path.join(work, "other/files.tar")));
});

test("the fragment names the archive and the partition table of the flash", () => {
  put("a.bin", contentsOf(1));
  for (const [flash, table] of [
    ["4MB", "flash_4mb.json"],
    ["8mb", "flash_8mb.json"],
    ["16MB", "flash_16mb.json"],
  ] as const) {
    assert.equal(addFiles("files", "--flash", flash, "--to", "out").status, 0);
    const fragment = json("out/files.json") as { include: string; data: Record<string, string> };
    assert.equal(path.resolve(work, "out", fragment.include), path.join(BOARD, table));
    assert.deepEqual(fragment.data, { "*": "./files.tar" });
  }
});

test("an existing manifest is not overwritten", () => {
  put("a.bin", contentsOf(1));
  addFiles("files");
  const { include } = json("firmware/manifest.json") as { include: string[] };
  assert.equal(include[0], "./files.json");
  assert.equal(path.resolve(work, "firmware", include[1] as string), path.join(BOARD, "manifest_firmware.json"));
  writeFileSync(path.join(work, "firmware/manifest.json"), "{}");
  addFiles("files", "--flash", "8MB");
  assert.deepEqual(json("firmware/manifest.json"), {});
  assert.match(JSON.stringify(json("firmware/files.json")), /flash_8mb/);
});

test("add-files prints the use of flash, and how to build", () => {
  put("a.bin", contentsOf(513));
  put("b.bin", contentsOf(512));
  const { stdout } = addFiles("files");
  // Two headers, three blocks of contents, two blocks at the end.
  assert.match(stdout, /3,584 bytes for 2 files, packed/);
  assert.equal(readFileSync(path.join(work, "firmware/files.tar")).length, 3584);
  assert.match(stdout, /2,555,904 bytes in total/);
  assert.match(stdout, /979,456 bytes left/);
  assert.match(stdout, /cd firmware && mcconfig -d -m -p esp32/);
  assert.equal(addFiles("files", "--quiet").stdout, "");
});

test("a place that cannot be written to is named, with the reason", () => {
  put("a.bin", contentsOf(1));
  writeFileSync(path.join(work, "taken"), "");
  const { status, stderr } = addFiles("files", "--to", "taken/firmware");
  assert.equal(status, 1);
  assert.match(stderr, /^The files cannot be written to .*taken\/firmware: ENOTDIR/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test("files that do not fit are refused, and nothing is written", () => {
  // Of 983,040 bytes beside the firmware, 1,536 are the header of the file and the end of the archive.
  put("large.bin", new Uint8Array(981_505));
  const refused = addFiles("files");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /do not fit into a board with 4MB of flash/);
  assert.match(refused.stderr, /983,040 bytes free beside the firmware/);
  assert.equal(existsSync(path.join(work, "firmware")), false);
  put("large.bin", new Uint8Array(981_504));
  assert.equal(addFiles("files").status, 0);
});

test("links to files are followed, and entries that are neither file nor folder are left out and named", () => {
  put("a.bin", contentsOf(10));
  symlinkSync("a.bin", path.join(folder, "link.bin"));
  symlinkSync("..", path.join(folder, "up"));
  symlinkSync("nowhere", path.join(folder, "broken"));
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  const { stdout, status } = addFiles("files");
  assert.equal(status, 0);
  const listed = execFileSync("tar", ["-t", "-f", path.join(work, "firmware/files.tar")], { encoding: "utf8" });
  assert.deepEqual(listed.trim().split("\n"), ["a.bin", "link.bin"]);
  for (const name of ["up", "broken", "pipe"]) {
    assert.match(stdout, new RegExp(`Left out.*: ${name}\n`));
  }
});

for (const [words, message] of [
  [["files"], /There are no files in .*files/],
  [["missing"], /There is no folder .*missing/],
  [["files", "more"], /unexpected argument "more"/],
  [["files", "--flash", "5MB"], /--flash is "5MB"; it must be one of: 4MB, 8MB, 16MB/],
  [["files", "--wrong"], /^unknown option "--wrong"; add-files takes --flash, --to, --quiet and --help\n$/],
  [["files", "-x"], /^unknown option "-x"/],
  [["files", "--to"], /^--to needs a value\n$/],
  [["files", "--flash", "--quiet"], /^--flash needs a value, and "--quiet" is an option; write --flash=--quiet if/],
  [["files", "--quiet=yes"], /^--quiet takes no value; leave out "=yes"\n$/],
  [["--quiet"], /^Name the folder/],
] as const) {
  test(`add-files ${words.join(" ")}: one clear message, and exit code 1`, () => {
    const { status, stderr } = addFiles(...words);
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

for (const name of ["back\\slash", "tab\there", "x".repeat(101), `${"d".repeat(156)}/f`]) {
  test(`a file with the name ${JSON.stringify(name.slice(0, 20))} is refused`, () => {
    put(name, contentsOf(1));
    const { status, stderr } = addFiles("files");
    assert.equal(status, 1);
    assert.match(stderr, /rename it|is too long/);
    assert.equal(existsSync(path.join(work, "firmware")), false);
  });
}

test("without arguments, or with --help, add-files prints its usage", () => {
  assert.match(addFiles().stdout, /Usage:\n {2}npx lockstep-tftp-add-files FOLDER/);
  assert.match(addFiles("--help").stdout, /--flash SIZE/);
});

test("npm run add-files takes paths relative to the folder where it was typed", () => {
  put("a.bin", contentsOf(1));
  const { status } = spawnSync("npm", ["run", "add-files", "--", path.relative(process.cwd(), folder), "--to", work], {
    env: { ...process.env, INIT_CWD: process.cwd() },
    timeout: 60_000,
  });
  assert.equal(status, 0);
  assert.equal(existsSync(path.join(work, "files.tar")), true);
});
