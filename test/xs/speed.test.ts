/** How many steps of XS a packet may cost. Steps are counted, not timed: every computer finds the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { speed } from "./support/speed.js";

/** Engine against floor, with a file in memory. */
const DOWNLOAD_RATIO_MAX = 1.4;
/** Without the storage's copying, which costs as many steps as the block has bytes, and again. */
const DOWNLOAD_STEPS_MAX = 470;
const UPLOAD_STEPS_MAX = 550;
const WINDOWED_DOWNLOAD_STEPS_MAX = 150;
const WINDOWED_UPLOAD_STEPS_MAX = 365;

const { download, copiedDownload, upload, windowedDownload, windowedUpload } = await speed();

function within(what: string, steps: number, max: number): void {
  test(`${what}: ${max} steps at the most`, () => {
    assert.ok(steps <= max, `${steps} steps`);
  });
}

test(`a download in lock-step costs ${DOWNLOAD_RATIO_MAX} times the floor at the most`, () => {
  const ratio = copiedDownload.engine / copiedDownload.floor;
  assert.ok(ratio <= DOWNLOAD_RATIO_MAX, `${ratio} times`);
});

within("an ACK in lock-step", download.engine, DOWNLOAD_STEPS_MAX);
within("a block in lock-step", upload.engine, UPLOAD_STEPS_MAX);
within("a block sent in a window of 16", windowedDownload, WINDOWED_DOWNLOAD_STEPS_MAX);
within("a block received in a window of 16", windowedUpload, WINDOWED_UPLOAD_STEPS_MAX);

test("the engine does what the floor does, and more", () => {
  assert.ok(download.floor > 0 && download.engine > download.floor, "download");
  assert.ok(upload.floor > 0 && upload.engine > upload.floor, "upload");
});
