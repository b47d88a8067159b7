/** Files that are not there, in the live view of `serve`. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fetchFile } from "../../../../support/retrying-client.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { Terminal, type TerminalOptions, UNLESS_TERMINALS } from "../../../../support/terminal.js";

const ADDRESS = /tftp:\/\/127\.0\.0\.1:(\d+)\//;

async function serve(t: TestContext, options: TerminalOptions = {}) {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "Boot"));
  writeFileSync(path.join(root, "Boot/BCD"), "");
  const terminal = await Terminal.open(t, ["serve", root, "--host", "127.0.0.1", "--port", "0"], ADDRESS, options);
  const port = Number(ADDRESS.exec(terminal.lines.join(""))?.[1]);
  const ask = (name: string) => assert.rejects(fetchFile(name, { port }), { errorCode: 1 });
  return { root, terminal, port, ask };
}

test("files that are not there have a line, with the file that was probably meant", {
  skip: UNLESS_TERMINALS,
}, async (t) => {
  const { root, terminal, port, ask } = await serve(t);
  await ask("boot/bcd");
  await terminal.shows(/^not found: "boot\/bcd" \(by 127\.0\.0\.1\); did you mean "Boot\/BCD"\?$/m);
  await ask("boot/bcd");
  await ask("x\u202e");
  await terminal.shows(
    /^not found: "boot\/bcd" \(2 times, last by 127\.0\.0\.1\); did you mean "Boot\/BCD"\?\nnot found: "x\\u\{202e\}" \(by 127\.0\.0\.1\)$/m,
  );
  mkdirSync(path.join(root, "boot"));
  writeFileSync(path.join(root, "boot/bcd"), "");
  await fetchFile("boot/bcd", { port });
  await terminal.shows(/completed; 0 bytes[^"]*\s+not found: "x\\u\{202e\}" \(by 127\.0\.0\.1\)$/);
});

test("of many files that are not there some are shown and the others counted, and a suggestion stays", {
  skip: UNLESS_TERMINALS,
}, async (t) => {
  const { terminal, ask } = await serve(t, { columns: 60 });
  await ask("boot/bcd");
  await terminal.shows(/did you mean/);
  for (let count = 0; count < 30; count++) {
    await ask(`SEP0011223344${count}.cnf.xml`);
  }
  const seen = await terminal.shows(
    /^not found: "SEP001122334429\.cnf\.xml" \(by 127\.0\.0\.1\)\n.*\nnot found: 18 other names$/m,
  );
  assert.equal(seen.match(/not found/g)?.length, 3);
  await ask("boot/bcd");
  await terminal.shows(/^not found: "boot\/bcd"; did you mean "Boot\/BCD"\?\n.*\nnot found: 18 other names$/m);
});
