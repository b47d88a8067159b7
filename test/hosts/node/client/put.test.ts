/** `put`: from files, bytes and streams. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { put } from "lockstep-tftp";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, openServer, url } from "./client-support.js";

describe("put", () => {
  test("put sends the file of a path or URL, bytes, and streams of bytes and strings", async (t) => {
    const folder = await openServer(t, {});
    const source = path.join(temporaryFolder(t), "source");
    writeFileSync(source, CONTENT);
    const part = new Uint8Array(CONTENT.buffer, CONTENT.byteOffset + 7, 1000);
    await put(source, url(folder.port, "from-path"));
    await put(pathToFileURL(source), url(folder.port, "from-url"));
    await put(part, url(folder.port, "from-bytes"));
    await put(Readable.from([CONTENT.subarray(0, 100), CONTENT.subarray(100)]), url(folder.port, "from-stream"));
    await put(Readable.from(["größe", "\n"]), url(folder.port, "from-texts"));
    assert.deepEqual(folder.contents("from-path"), CONTENT);
    assert.deepEqual(folder.contents("from-url"), CONTENT);
    assert.deepEqual(folder.contents("from-bytes"), Buffer.from(part));
    assert.deepEqual(folder.contents("from-stream"), CONTENT);
    assert.deepEqual(folder.contents("from-texts"), Buffer.from("größe\n"));
  });

  test("put works without options, and with all of them", async (t) => {
    const folder = await openServer(t, {});
    await put(CONTENT, url(folder.port, "plain"), { useOptions: false });
    const options = { blockSizeBytes: 64, windowSize: 16, timeoutSeconds: 100 };
    const summary = await put(CONTENT, url(folder.port, "all"), options);
    assert.deepEqual(folder.contents("plain"), CONTENT);
    assert.deepEqual(folder.contents("all"), CONTENT);
    assert.deepEqual([summary.blockSizeBytes, summary.windowSize, summary.bytes], [64, 16, CONTENT.length]);
  });
});
