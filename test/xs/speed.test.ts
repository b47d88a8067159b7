/** Budgets in steps of XS per packet. Steps are counted, not timed, and are the same on every computer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { speed } from "./support/speed.js";

/** Ratio of engine to floor, with a file in memory. */
const MAX_DOWNLOAD_RATIO = 1.4;
/** Without the storage's copying, which costs two steps per byte of the block. */
const MAX_DOWNLOAD_STEPS = 455;
const MAX_UPLOAD_STEPS = 514;
const MAX_WINDOWED_DOWNLOAD_STEPS = 136;
const MAX_WINDOWED_UPLOAD_STEPS = 331;
/** Byte by byte it would take 44,000 steps down and 24,000 up. */
const MAX_NETASCII_STEPS = 9000;
/** No text that a peer could choose takes more than twice the steps of a byte by byte translation. */
const MAX_WORST_NETASCII_STEPS = 55_000;

const { download, copiedDownload, upload, windowedDownload, windowedUpload, netascii } = await speed();

function within(what: string, steps: number, max: number): void {
  test(`${what} takes at most ${max} steps of XS per packet`, () => {
    assert.ok(steps <= max, `${steps} steps`);
  });
}

test(`a download in lock-step takes at most ${MAX_DOWNLOAD_RATIO} times the steps of the floor`, () => {
  const ratio = copiedDownload.engine / copiedDownload.floor;
  assert.ok(ratio <= MAX_DOWNLOAD_RATIO, `${ratio} times`);
});

within("an ACK in lock-step", download.engine, MAX_DOWNLOAD_STEPS);
within("a block in lock-step", upload.engine, MAX_UPLOAD_STEPS);
within("a block sent in a window of 16", windowedDownload, MAX_WINDOWED_DOWNLOAD_STEPS);
within("a block received in a window of 16", windowedUpload, MAX_WINDOWED_UPLOAD_STEPS);

for (const { text, down, up } of netascii) {
  const max = text === "line ends alone" ? MAX_WORST_NETASCII_STEPS : MAX_NETASCII_STEPS;
  within(`a block of netascii sent, ${text},`, down, max);
  within(`a block of netascii received, ${text},`, up, max);
}

test("the engine takes more steps than the floor", () => {
  assert.ok(download.floor > 0 && download.engine > download.floor, "download");
  assert.ok(upload.floor > 0 && upload.engine > upload.floor, "upload");
});
