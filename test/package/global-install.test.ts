/** The package as `npm install --global` puts it on a machine. */
import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT, run } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const skip = process.platform === "win32" && "Windows has no manual pages";

test("npm puts the manual page where man finds it", { skip }, async (t) => {
  const prefix = temporaryFolder(t);
  const words = ["install", "--global", "--prefix", prefix, "--offline", "--ignore-scripts", PROJECT];
  const { code, stderr } = await run("npm", words, { cwd: prefix });
  assert.equal(code, 0, stderr);
  const page = path.join(prefix, "share/man/man1/lockstep-tftp.1");
  assert.equal(realpathSync(page), path.join(realpathSync(PROJECT), "dist/man/lockstep-tftp.1"));
});
