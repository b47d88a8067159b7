/** Each refusal of a board has its reason: in the callback, in the records of the page, and on the console. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EXISTS, FORBIDDEN } from "lockstep-tftp/engine";
import type TFTPServerClass from "../../../dist/types/hosts/moddable/server.js";
import type { Reason, TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import type * as StatusPageModule from "../../../dist/types/hosts/moddable/status/status-page.js";
import type * as StorageModule from "../../../dist/types/hosts/moddable/storage/index.js";
import { boardModule, resetBoard } from "./board.js";
import { Client, contentsOf, readRequest, writeRequest } from "./client.js";
import { Directory } from "./sdk/files.js";
import UDP from "./sdk/udp.js";
import { tar } from "./tar.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");
const { ArchiveStorage, FileStorage, OverlayStorage, ResourceStorage } =
  await boardModule<typeof StorageModule>("storage");
const { TransferRecords } = await boardModule<typeof StatusPageModule>("status-page");

const MAX_SIZE_BYTES = 1000;

beforeEach(resetBoard);

function newDirectory(): Directory {
  const directory = new Directory();
  directory.files.set("own", contentsOf(1));
  directory.folders.add("folder");
  return directory;
}

function archive(): InstanceType<typeof ArchiveStorage> {
  return new ArchiveStorage(tar({ image: contentsOf(1) }).slice().buffer as ArrayBuffer);
}

type Write = "never" | "new" | "overwrite";

const STORAGES = {
  files: (write: Write) => new FileStorage({ directory: newDirectory(), write }),
  image: () => archive(),
  resources: () => new ResourceStorage(["hello.txt"]),
  both: (write: Write) =>
    new OverlayStorage({
      upper: new FileStorage({ directory: newDirectory(), write }),
      lower: archive(),
      mayHide: write === "overwrite",
    }),
  own: () => ({ openForReading: () => FORBIDDEN, openForWriting: () => FORBIDDEN }),
};

type Row = readonly [
  storage: keyof typeof STORAGES,
  write: Write,
  request: "get" | "put" | "malformed",
  name: string,
  code: string | undefined,
  text?: RegExp,
];

const TEMPORARY = ".tftp-upload-1";
const REFUSALS: readonly Row[] = [
  ["files", "never", "put", "new", "uploads_off", /^uploads are off \(write allows them\)$/],
  ["files", "new", "put", "own", "exists", /^the file exists already \(write=overwrite/],
  ["files", "new", "put", "folder", "folder", /^it is a folder$/],
  ["files", "new", "get", "folder", "folder"],
  ["files", "new", "put", "none/new", "folder_missing", /^its folder is not there$/],
  ["files", "new", "put", "x".repeat(300), "not_a_file_name"],
  ["files", "new", "get", TEMPORARY, "not_a_file_name", /^not a name for files$/],
  ["files", "new", "put", TEMPORARY, "not_a_file_name"],
  ["files", "new", "get", "../own", "not_a_file_name"],
  ["files", "new", "get", "missing", "not_found", /^no such file$/],
  ["files", "new", "put", `big ${MAX_SIZE_BYTES + 1}`, "too_large", /^larger than allowed \(maxSizeBytes\)$/],
  ["files", "new", "malformed", "own", "malformed_request", /^the request is malformed, or its mode is unknown$/],
  ["image", "never", "get", "missing", "not_found"],
  ["image", "never", "put", "new", "uploads_off"],
  ["resources", "never", "get", "missing", "not_found"],
  ["resources", "never", "put", "new", "uploads_off"],
  ["both", "new", "get", "missing", "not_found"],
  ["both", "new", "get", "folder", "folder"],
  ["both", "new", "put", "image", "exists"],
  ["both", "new", "put", "own", "exists"],
  ["both", "never", "put", "new", "uploads_off"],
  ["own", "never", "get", "missing", undefined],
  ["own", "never", "malformed", "missing", "malformed_request"],
];

for (const [storage, write, request, name, code, text] of REFUSALS) {
  test(`the reason is ${code}: ${request} ${name.slice(0, 20)}, ${storage}, write=${write}`, () => {
    const reasons: (Reason | undefined)[] = [];
    const records = new TransferRecords(1);
    new TFTPServer({
      io: UDP as unknown as TFTPServerOptions["io"],
      storage: STORAGES[storage](write),
      maxSizeBytes: MAX_SIZE_BYTES,
      records,
      onRefused(_request, _errorCode, reason) {
        reasons.push(reason);
      },
    });
    // A refusal before must leave no reason behind.
    new Client().get("before");
    const [, sizeBytes] = name.split(" ");
    const client = new Client();
    if (request === "malformed") {
      client.ask(Buffer.from(`\0\x01${name}\0nonsense\0`));
    } else if (request === "put") {
      client.ask(writeRequest(name, ...(sizeBytes === undefined ? [] : ["tsize", sizeBytes])));
    } else {
      client.ask(readRequest(name));
    }
    assert.equal(reasons.length, 2);
    assert.equal(reasons[1]?.code, code);
    if (text !== undefined) {
      assert.match(reasons[1]?.text ?? "", text);
    }
    if (code !== undefined) {
      assert.ok((records.reasonCounts.get(code) ?? 0) > 0);
    }
  });
}

test("a refusal that nobody asked for over TFTP leaves no reason for the next request", () => {
  const storage = new FileStorage({ directory: newDirectory(), write: "new" });
  const codes: unknown[] = [];
  new TFTPServer({
    io: UDP as unknown as TFTPServerOptions["io"],
    storage,
    onRefused(_request, _errorCode, reason) {
      codes.push(reason?.code);
    },
  });
  assert.equal(storage.openForWriting("own"), EXISTS);
  new Client().get("../x");
  assert.deepEqual(codes, ["not_a_file_name"]);
});
