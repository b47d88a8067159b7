/** Replacing what a server serves while it runs. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { ERROR_ACCESS_VIOLATION } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";

describe("reconfigure", () => {
  test("a running transfer keeps its file across reconfigure, and the next one gets the new file", async (t) => {
    const [before, after] = [temporaryFolder(t), temporaryFolder(t)];
    const contents = { before: Buffer.alloc(2000, "before "), after: Buffer.alloc(2000, "after ") };
    writeFileSync(path.join(before, "file"), contents.before);
    writeFileSync(path.join(after, "FILE"), contents.after);
    const { server, port } = await serving(t, { root: before });
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 2) {
        await server.reconfigure({ root: after, rules: [{ case: "upper" }] });
      }
    };
    assert.deepEqual((await fetchFile("file", { port, step })).content, contents.before);
    assert.deepEqual((await fetchFile("file", { port })).content, contents.after);
  });

  test("options left out of reconfigure return to their defaults", async (t) => {
    const root = temporaryFolder(t);
    const { server, port } = await serving(t, { root, write: "new", rules: [{ to: "other" }] });
    await putFile("a", Buffer.from("content"), { port });
    await server.reconfigure({ root });
    await assert.rejects(putFile("b", Buffer.from("content"), { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    assert.equal((await fetchFile("other", { port })).content.toString(), "content");
  });

  test("after reconfigure, clients of networks that are no longer allowed get no answer", async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "file"), "content");
    const { server, port } = await serving(t, { root, allow: ["127.0.0.1"] });
    await fetchFile("file", { port });
    await server.reconfigure({ root, allow: ["192.0.2.0/24"] });
    const client = new AbortController();
    const download = fetchFile("file", { port, signal: client.signal });
    await server.reconfigure({ root, allow: ["192.0.2.0/24"] });
    const other = fetchFile("file", { port, localAddress: "127.0.0.2", signal: client.signal });
    await server.reconfigure({ root, allow: ["127.0.0.2"] });
    assert.equal((await other).content.toString(), "content");
    client.abort(new Error("nothing came"));
    await assert.rejects(download, { message: "nothing came" });
  });

  test("reconfigure removes temporary files of an earlier run from the new folder, if uploads are allowed there", async (t) => {
    const root = temporaryFolder(t);
    // No process has a number this high.
    writeFileSync(path.join(root, temporaryName(999_999_999)), "litter");
    const { server } = await serving(t, { root: temporaryFolder(t) });
    await server.reconfigure({ root });
    assert.equal(hiddenFiles(root).length, 1);
    await server.reconfigure({ root, write: "new" });
    assert.deepEqual(hiddenFiles(root), []);
  });

  test("of several concurrent calls of reconfigure the last one wins, however long the others take", async (t) => {
    const [slow, last] = [temporaryFolder(t), temporaryFolder(t)];
    writeFileSync(path.join(slow, "file"), "slow");
    writeFileSync(path.join(last, "file"), "last");
    const { server, port } = await serving(t, { root: temporaryFolder(t) });
    // The folder is searched first only where uploads are allowed.
    await Promise.all([server.reconfigure({ root: slow, write: "new" }), server.reconfigure({ root: last })]);
    assert.equal((await fetchFile("file", { port })).content.toString(), "last");
    await server.reconfigure({ root: slow });
    assert.equal((await fetchFile("file", { port })).content.toString(), "slow");
  });

  test("reconfigure with an invalid option changes nothing", async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "file"), "content");
    const { server, port } = await serving(t, { root });
    await assert.rejects(server.reconfigure({ root: path.join(root, "missing") }), { code: "ENOENT" });
    await assert.rejects(server.reconfigure({ root, rules: [{}] }), /rule 1/);
    await assert.rejects(server.reconfigure({ root, allow: ["nowhere"] }), RangeError);
    await assert.rejects(server.reconfigure({}), TypeError);
    assert.equal((await fetchFile("file", { port })).content.toString(), "content");
  });
});
