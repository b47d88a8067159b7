/** Arguments of a server's events: frozen copies, and a live view for progress. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EndedTransfer,
  errorText,
  outcomeText,
  type RefusedRequest,
  type RenamedRequest,
  type TransferSnapshot,
  type TransferView,
} from "lockstep-tftp";
import { ERROR_FILE_NOT_FOUND, OUTCOME_COMPLETED } from "lockstep-tftp/engine";
import { fetchFile } from "../../../support/retrying-client.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";

const CONTENT = Buffer.alloc(1300, "content");

test("started and ended hand out frozen copies, which stay as they were", async () => {
  await using folder = await ServedFolder.open({ file: CONTENT });
  const started: TransferSnapshot[] = [];
  const ended: [TransferSnapshot, EndedTransfer][] = [];
  folder.server.on("started", (transfer) => started.push(transfer));
  folder.server.on("ended", (transfer, end) => ended.push([transfer, end]));
  for (let download = 0; download < 2; download++) {
    const over = folder.nextEnd();
    await fetchFile("file", { port: folder.port });
    await over;
  }
  assert.equal(started.length, 2);
  assert.equal(ended.length, 2);
  for (const transfer of started) {
    assert.ok(Object.isFrozen(transfer));
    assert.equal(transfer.bytes, 0, "as it was at the start");
  }
  for (const [transfer, end] of ended) {
    assert.ok(Object.isFrozen(transfer) && Object.isFrozen(end));
    assert.equal(transfer.bytes, CONTENT.length);
    assert.equal(end.outcome, OUTCOME_COMPLETED);
    assert.equal(end.outcomeName, "completed");
    assert.equal(outcomeText(end.outcome), "completed");
    assert.ok(end.durationMs >= 0);
  }
});

test("a copy has every figure of the view of its transfer", async () => {
  await using folder = await ServedFolder.open({ file: CONTENT });
  let shown: TransferView | undefined;
  let copied: TransferSnapshot | undefined;
  folder.server.on("started", (transfer) => {
    copied = transfer;
    folder.server.visitRunning((view) => {
      shown = { ...copied, ...pick(view, Object.keys(transfer)) } as TransferView;
    });
  });
  await fetchFile("file", { port: folder.port });
  assert.deepEqual(shown, copied);
  assert.deepEqual(Object.keys(copied ?? {}).sort(), FIGURES);
  assert.equal(copied?.address, LOOPBACK);
});

/** Properties of a `TransferView`. */
const FIGURES = [
  "address",
  "blockSizeBytes",
  "blocks",
  "bytes",
  "duplicates",
  "errorCode",
  "isNetascii",
  "isUpload",
  "name",
  "port",
  "retransmissions",
  "roundTripMs",
  "sizeBytes",
  "slot",
  "startedAt",
  "windowSize",
];

function pick(view: TransferView, names: readonly string[]): Partial<TransferView> {
  return Object.fromEntries(names.map((name) => [name, view[name as keyof TransferView]]));
}

test("progress hands out one live view of a transfer", async () => {
  await using folder = await ServedFolder.open({ file: CONTENT });
  const views = new Set<TransferView>();
  const bytes: number[] = [];
  folder.server.on("progress", (transfer) => {
    views.add(transfer);
    bytes.push(transfer.bytes);
  });
  const over = folder.nextEnd();
  await fetchFile("file", { port: folder.port });
  await over;
  assert.equal(views.size, 1);
  assert.deepEqual(bytes, [512, 1024, 1300]);
});

test("refused hands out a frozen request", async () => {
  await using folder = await ServedFolder.open({});
  const refused: RefusedRequest[] = [];
  folder.server.on("refused", (request) => refused.push(request));
  await assert.rejects(fetchFile("missing", { port: folder.port }));
  const [request] = refused;
  assert.ok(Object.isFrozen(request));
  assert.equal(request?.errorCode, ERROR_FILE_NOT_FOUND);
  assert.equal(errorText(request?.errorCode ?? -1), "not found");
});

test("renamed hands out a frozen request", async () => {
  const rules = [{ match: "old", to: "file" }];
  await using folder = await ServedFolder.open({ file: CONTENT }, { rules });
  const renamed: RenamedRequest[] = [];
  folder.server.on("renamed", (request) => renamed.push(request));
  assert.deepEqual((await fetchFile("old", { port: folder.port })).content, CONTENT);
  assert.ok(Object.isFrozen(renamed[0]));
  assert.equal(renamed[0]?.foundName, "file");
});
