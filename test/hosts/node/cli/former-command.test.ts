/** The path at which the command was before it became CommonJS. Service files and links of npx lead there. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("a server starts by the former path of the command, and stops at a signal", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "file"), "content");
  const server = await ServerProcess.start(t, [folder], { command: path.join(PROJECT, "dist/node/cli.js") });
  assert.equal((await fetchFile("file", { port: server.port })).content.toString(), "content");
  server.signal("SIGTERM");
  assert.equal((await server.ended).code, 0);
});
