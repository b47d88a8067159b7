/** Uploads that do not end well leave the old file, and nothing else. */
import assert from "node:assert/strict";
import fs, { readFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage, type TftpServerOptions } from "lockstep-tftp";
import {
  DISK_FULL,
  ERROR_DISK_FULL,
  ERROR_NOT_DEFINED,
  isRefusal,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_STOPPED,
  OUTCOME_TIMED_OUT,
  type Outcome,
} from "lockstep-tftp/engine";
import { type ClientOptions, fetchFile, putFile } from "../../../support/retrying-client.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { serving } from "../../../support/serving.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { assertOnlyOldFile, beginUpload, folderWithOldFile, NAME, NEW, OLD } from "./old-file.js";

async function servingOldFile(test: TestContext, options: TftpServerOptions = {}) {
  const root = folderWithOldFile(test);
  return { root, ...(await serving(test, { root, write: "overwrite", ...options })) };
}

describe("unfinished uploads", () => {
  /** Ways to stop an upload in the middle, with the outcome at the server. */
  const STOPS: readonly { what: string; outcome: Outcome; rejection: object; giveUpMs?: number }[] = [
    { what: "the client aborts", outcome: OUTCOME_ABORTED_BY_PEER, rejection: { message: "aborted" } },
    { what: "the client vanishes", outcome: OUTCOME_TIMED_OUT, rejection: { message: "vanished" }, giveUpMs: 1500 },
    { what: "the server is closed", outcome: OUTCOME_STOPPED, rejection: { errorCode: ERROR_NOT_DEFINED } },
  ];

  for (const { what, outcome, rejection, giveUpMs = 10_000 } of STOPS) {
    test(`the old file stays as it was when ${what}`, async (t) => {
      const { root, server, port } = await servingOldFile(t, { giveUpMs });
      const ended = new Promise<Outcome>((resolve) => server.once("ended", (_, end) => resolve(end.outcome)));
      const client = new AbortController();
      const step: NonNullable<ClientOptions["step"]> = (blocks) => {
        if (blocks < 10) {
          return;
        }
        assert.equal(hiddenFiles(root).length, 1, "the new file grows beside the old one");
        assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
        if (outcome === OUTCOME_ABORTED_BY_PEER) {
          throw new Error("aborted");
        } else if (outcome === OUTCOME_TIMED_OUT) {
          client.abort(new Error("vanished"));
        } else {
          void server.close();
        }
      };
      await assert.rejects(putFile(NAME, NEW, { port, step, signal: client.signal }), rejection);
      assert.equal(await ended, outcome);
      assertOnlyOldFile(root);
    });
  }

  test("the old file stays as it was when the upload is larger than allowed", async (t) => {
    const { root, port } = await servingOldFile(t, { maxSizeBytes: NEW.length - 1 });
    await assert.rejects(putFile(NAME, NEW, { port }), { errorCode: ERROR_DISK_FULL });
    await assert.rejects(putFile(NAME, NEW, { port, options: { tsize: NEW.length } }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(root);
  });

  test("the old file stays as it was when the announced size exceeds the free room", async (t) => {
    const { root, port } = await servingOldFile(t);
    await assert.rejects(putFile(NAME, NEW, { port, options: { tsize: 1e14 } }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(root);
  });

  test("an upload is refused for want of room before it begins only if its size is announced", (t) => {
    const root = folderWithOldFile(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    const { mock } = t.mock.method(fs, "statfsSync", () => ({ bavail: 1, bsize: NEW.length - 1 }));
    assert.equal(storage.openForWriting(NAME, NEW.length), DISK_FULL);
    assertOnlyOldFile(root);
    const fitting = beginUpload(storage, NAME, NEW.subarray(1), 512);
    assert.equal(fitting.commit(), 0);
    fitting.close();
    const asked = mock.callCount();
    const unannounced = storage.openForWriting(NAME, -1);
    assert(!isRefusal(unannounced));
    unannounced.close();
    assert.equal(mock.callCount(), asked);
  });

  test("the old file stays as it was when the disk is full", { skip: UNLESS_ROOT }, async (t) => {
    const root = temporaryFolder(t);
    // Mounted for the server's process alone: the mount ends with it, however it ends.
    const mountAndServe = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"';
    const launcher = ["unshare", "--mount", "sh", "-c", mountAndServe, root];
    const server = await ServerProcess.start(t, [root, "--overwrite"], { launcher });
    const { port } = server;
    const tooLarge = seededBytes(3, 100_000);
    await putFile(NAME, OLD, { port });
    await assert.rejects(putFile(NAME, tooLarge, { port }), { errorCode: ERROR_DISK_FULL });
    await assert.rejects(putFile("new", tooLarge, { port }), { errorCode: ERROR_DISK_FULL });
    const options = { tsize: tooLarge.length };
    await assert.rejects(putFile("new", tooLarge, { port, options }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(path.join(`/proc/${server.pid}/root`, root));
    await putFile(NAME, NEW, { port });
    assert.deepEqual((await fetchFile(NAME, { port })).content, NEW, "there is room again");
  });
});
