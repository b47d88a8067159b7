/** The storages of a board through its server, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  FORBIDDEN,
  type ReadableFile,
  type Storage,
} from "lockstep-tftp/engine";
import type TFTPServerClass from "../../../dist/types/hosts/moddable/server.js";
import type { TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import type * as StorageModule from "../../../dist/types/hosts/moddable/storage/index.js";
import { boardModule, resetBoard } from "./board.js";
import { acknowledgement, Client, contentsOf, data, readRequest, writeRequest } from "./client.js";
import { Directory } from "./sdk/files.js";
import { putIntoImage } from "./sdk/resource.js";
import { advance } from "./sdk/timer.js";
import UDP from "./sdk/udp.js";
import { tar } from "./tar.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");
const { ArchiveStorage, FileStorage, OverlayStorage, ResourceStorage } =
  await boardModule<typeof StorageModule>("storage");

/** Longer than a transfer lives without a peer. */
const LONG_MS = 60_000;
const OLD = contentsOf(700);
const NEW = contentsOf(1300).map((byte) => byte ^ 0xff);

let directory: Directory;

beforeEach(() => {
  resetBoard();
  directory = new Directory();
});

function serve(storage: Storage): void {
  new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage });
}

function assertFetched(name: string, contents: Uint8Array): void {
  const fetched = new Client().get(name);
  assert.ok(typeof fetched !== "number", `${name}: error ${fetched}`);
  assert.deepEqual(Buffer.from(fetched), Buffer.from(contents), name);
}

/** Sends only the first block of an upload. */
function beginUpload(name: string): Client {
  const client = new Client();
  client.ask(writeRequest(name));
  client.send(client.takeOne().from, data(1, NEW.subarray(0, 512)));
  return client;
}

test("files of the file system are served, also from folders", () => {
  directory.files.set("a.bin", contentsOf(1024));
  directory.folders.add("boot");
  directory.files.set("boot/b.bin", contentsOf(3));
  serve(new FileStorage({ directory }));
  assertFetched("a.bin", contentsOf(1024));
  assertFetched("boot/b.bin", contentsOf(3));
  assert.equal(directory.openFiles, 0);
});

test("a folder or a missing file is refused", () => {
  directory.folders.add("boot");
  directory.files.set("a.bin", OLD);
  serve(new FileStorage({ directory, write: "overwrite" }));
  assert.equal(new Client().get("missing"), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().get("boot"), ERROR_ACCESS_VIOLATION);
  assert.equal(new Client().get("x".repeat(300)), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().put("boot", NEW), ERROR_ACCESS_VIOLATION);
  assert.equal(new Client().put("missing/a.bin", NEW), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().put("x".repeat(300), NEW), ERROR_ACCESS_VIOLATION);
});

test("uploads are refused unless they are allowed", () => {
  directory.files.set("old.bin", OLD);
  serve(new FileStorage({ directory }));
  assert.equal(new Client().put("new.bin", NEW), ERROR_ACCESS_VIOLATION);
  resetBoard();
  serve(new FileStorage({ directory, write: "new" }));
  assert.equal(new Client().put("old.bin", NEW), ERROR_FILE_EXISTS);
  assert.equal(new Client().put("new.bin", NEW), -1);
  resetBoard();
  serve(new FileStorage({ directory, write: "overwrite" }));
  assert.equal(new Client().put("old.bin", NEW), -1);
  assert.deepEqual(directory.files, new Map(Object.entries({ "old.bin": NEW, "new.bin": NEW })));
});

test("an upload into a folder is stored there", () => {
  directory.folders.add("backup");
  serve(new FileStorage({ directory, write: "new" }));
  assert.equal(new Client().put("backup/empty", new Uint8Array(0)), -1);
  assert.equal(new Client().put("backup/whole", contentsOf(1024)), -1);
  assert.deepEqual(directory.files.get("backup/empty"), new Uint8Array(0));
  assert.deepEqual(directory.files.get("backup/whole"), contentsOf(1024));
});

test("the old file is served until an upload is whole, and stays if the upload breaks off", () => {
  directory.files.set("a.bin", OLD);
  serve(new FileStorage({ directory, write: "overwrite" }));
  beginUpload("a.bin");
  assertFetched("a.bin", OLD);
  advance(LONG_MS);
  assert.deepEqual([...directory.files.keys()], ["a.bin"]);
  assert.deepEqual(directory.files.get("a.bin"), OLD);
  assert.equal(directory.openFiles, 0);
});

test("after a power cut during an upload the old file is there, and the next start removes the temporary one", () => {
  directory.files.set("a.bin", OLD);
  serve(new FileStorage({ directory, write: "overwrite" }));
  beginUpload("a.bin");
  assert.equal(directory.files.size, 2);
  // The power fails: the program is gone, the file system stays.
  resetBoard();
  serve(new FileStorage({ directory, write: "overwrite" }));
  assert.deepEqual([...directory.files.keys()], ["a.bin"]);
  assertFetched("a.bin", OLD);
});

test("the temporary name of a running upload can be neither fetched nor written", () => {
  serve(new FileStorage({ directory, write: "overwrite" }));
  beginUpload("a.bin");
  const [temporaryName] = [...directory.files.keys()];
  assert.ok(temporaryName !== undefined);
  assert.equal(new Client().get(temporaryName), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().put(temporaryName, NEW), ERROR_ACCESS_VIOLATION);
});

test("of two uploads of the same new name the first to be whole gets the name", () => {
  serve(new FileStorage({ directory, write: "new" }));
  const slow = beginUpload("a.bin");
  assert.equal(new Client().put("a.bin", OLD), -1);
  const { from } = slow.takeOne();
  slow.send(from, data(2, NEW.subarray(512, 1024)));
  slow.send(from, data(3, NEW.subarray(1024)));
  assert.equal(slow.take().at(-1)?.bytes[3], ERROR_FILE_EXISTS);
  assert.deepEqual(directory.files, new Map([["a.bin", OLD]]));
});

test("a full disk gets ERROR 3, also if only closing shows it, and leaves the old file", () => {
  directory.files.set("a.bin", OLD);
  directory.roomBytes = 1000;
  serve(new FileStorage({ directory, write: "overwrite" }));
  assert.equal(new Client().put("a.bin", NEW), ERROR_DISK_FULL);
  assert.deepEqual(directory.files, new Map([["a.bin", OLD]]));
  directory.closesWithoutRoom = true;
  assert.equal(new Client().put("a.bin", contentsOf(100)), ERROR_DISK_FULL);
  assert.deepEqual(directory.files, new Map([["a.bin", OLD]]));
});

test("a file that becomes shorter while it is sent fails, and one that grows is sent in its old size", () => {
  directory.files.set("a.bin", contentsOf(1024));
  const opened: { bytes: Uint8Array }[] = [];
  const { openFile } = directory;
  directory.openFile = (options) => {
    const file = openFile.call(directory, options);
    opened.push(file as unknown as { bytes: Uint8Array });
    return file;
  };
  serve(new FileStorage({ directory }));
  const change = (length: number) => {
    const client = new Client();
    client.ask(readRequest("a.bin"));
    const { from } = client.takeOne();
    (opened.at(-1) as { bytes: Uint8Array }).bytes = contentsOf(length);
    client.send(from, acknowledgement(1));
    return client.takeOne().bytes;
  };
  assert.equal(change(700)[3], ERROR_NOT_DEFINED);
  assert.equal(change(5000).length, 4 + 512);
});

test("only the named resources are served", () => {
  putIntoImage("a.bin", contentsOf(1025));
  putIntoImage("private.pem", contentsOf(9));
  serve(new ResourceStorage(["a.bin", "missing.bin"]));
  assertFetched("a.bin", contentsOf(1025));
  assert.equal(new Client().get("private.pem"), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().get("missing.bin"), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().put("a.bin", NEW), ERROR_ACCESS_VIOLATION);
});

test("an archive made by tar is served, with folders, long names and names beyond ASCII", () => {
  const deep = `${"d".repeat(60)}/${"e".repeat(60)}`;
  const sizes = { "a.bin": 0, "boot/pxe.0": 512, "zürich/日本.txt": 513, [`${deep}/f.bin`]: 5000 };
  const files = Object.fromEntries(Object.entries(sizes).map(([name, length]) => [name, contentsOf(length)]));
  serve(new ArchiveStorage(new Uint8Array(tar(files, { link: "a.bin" })).buffer));
  for (const [name, contents] of Object.entries(files)) {
    assertFetched(name, contents);
  }
  for (const name of ["link", "a.bi", "a.bin2", "boot", "pxe.0", "f.bin", deep, `${deep.replace("/", "x")}/f.bin`]) {
    assert.equal(new Client().get(name), ERROR_FILE_NOT_FOUND, name);
  }
  assert.equal(new Client().put("a.bin", NEW), ERROR_ACCESS_VIOLATION);
});

test("an archive that is cut off or malformed has no files", () => {
  const archive = tar({ "a.bin": contentsOf(1000) });
  for (const length of [0, 1, 511, 512, 700]) {
    resetBoard();
    serve(new ArchiveStorage(new Uint8Array(archive.subarray(0, length)).buffer));
    assert.equal(new Client().get("a.bin"), ERROR_FILE_NOT_FOUND, `${length} bytes`);
  }
  resetBoard();
  serve(new ArchiveStorage(new Uint8Array(5000).fill(0x41).buffer));
  assert.equal(new Client().get("a.bin"), ERROR_FILE_NOT_FOUND);
});

test("of two files with the same name that of the upper storage is served", () => {
  directory.files.set("both.bin", NEW);
  putIntoImage("both.bin", OLD);
  putIntoImage("lower.bin", OLD);
  directory.folders.add("folder");
  const lower = new ResourceStorage(["both.bin", "lower.bin", "folder"]);
  serve(new OverlayStorage({ upper: new FileStorage({ directory, write: "overwrite" }), lower }));
  assertFetched("both.bin", NEW);
  assertFetched("lower.bin", OLD);
  assert.equal(new Client().get("missing"), ERROR_FILE_NOT_FOUND);
  assert.equal(new Client().get("folder"), ERROR_ACCESS_VIOLATION);
  assert.equal(new Client().put("lower.bin", NEW), -1);
  assertFetched("lower.bin", NEW);
});

test("an upload may hide a file of the lower storage only with mayHide", () => {
  putIntoImage("lower.bin", OLD);
  let openFiles = 0;
  const image = new ResourceStorage(["lower.bin"]);
  const lower: Storage = {
    openForReading(name, address) {
      const file = (image as Storage).openForReading(name, address);
      if (typeof file === "number") {
        return file;
      }
      openFiles++;
      return {
        sizeBytes: file.sizeBytes,
        read: (target, position) => (file as ReadableFile).read(target, position),
        close: () => openFiles--,
      };
    },
    openForWriting: () => FORBIDDEN,
  };
  const upper = new FileStorage({ directory, write: "new" });
  serve(new OverlayStorage({ upper, lower, mayHide: false }));
  assert.equal(new Client().put("lower.bin", NEW), ERROR_FILE_EXISTS);
  assert.equal(directory.files.size, 0);
  assert.equal(openFiles, 0);
  assert.equal(new Client().put("new.bin", NEW), -1);
  assertFetched("lower.bin", OLD);
});
