/** Several addresses to listen on, some of which contain others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { CONTENT, folderWithFile, NAME } from "./command-line.js";

describe("an address given beside 0.0.0.0 is listened on once", () => {
  for (const hosts of [
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
  ]) {
    test(`a server on ${hosts.join(" and ")} listens on 127.0.0.1 once`, async (t) => {
      const server = await ServerProcess.start(t, [folderWithFile(t), ...hosts.flatMap((host) => ["--host", host])]);
      assert.deepEqual((await fetchFile(NAME, { port: server.port })).content, CONTENT);
      const loopback = server.lines.filter((line) => line.includes("Listening on 127.0.0.1:"));
      assert.equal(loopback.length, 1, server.lines.join("\n"));
    });
  }

  test("a server on 0.0.0.0 and a loopback address that no interface lists answers from that address", async (t) => {
    const args = [folderWithFile(t), "--host", "0.0.0.0", "--host", "127.0.0.2"];
    const server = await ServerProcess.start(t, args);
    assert.deepEqual((await fetchFile(NAME, { host: "127.0.0.2", port: server.port })).content, CONTENT);
  });
});
