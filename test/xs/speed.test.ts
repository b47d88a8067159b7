/** How many steps of XS a packet may cost. Steps are counted, not timed: every computer finds the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { speed } from "./support/speed.js";

/** Engine against floor, with a file in memory. */
const MAX_DOWNLOAD_RATIO = 1.4;
/** Without the storage's copying, which costs as many steps as the block has bytes, and again. */
const MAX_DOWNLOAD_STEPS = 470;
const MAX_UPLOAD_STEPS = 550;
const MAX_WINDOWED_DOWNLOAD_STEPS = 150;
const MAX_WINDOWED_UPLOAD_STEPS = 365;

const { download, copiedDownload, upload, windowedDownload, windowedUpload } = await speed();

function within(what: string, steps: number, max: number): void {
  test(`${what}: ${max} steps at the most`, () => {
    assert.ok(steps <= max, `${steps} steps`);
  });
}

test(`a download in lock-step costs ${MAX_DOWNLOAD_RATIO} times the floor at the most`, () => {
  const ratio = copiedDownload.engine / copiedDownload.floor;
  assert.ok(ratio <= MAX_DOWNLOAD_RATIO, `${ratio} times`);
});

within("an ACK in lock-step", download.engine, MAX_DOWNLOAD_STEPS);
within("a block in lock-step", upload.engine, MAX_UPLOAD_STEPS);
within("a block sent in a window of 16", windowedDownload, MAX_WINDOWED_DOWNLOAD_STEPS);
within("a block received in a window of 16", windowedUpload, MAX_WINDOWED_UPLOAD_STEPS);

test("the engine does what the floor does, and more", () => {
  assert.ok(download.floor > 0 && download.engine > download.floor, "download");
  assert.ok(upload.floor > 0 && upload.engine > upload.floor, "upload");
});
