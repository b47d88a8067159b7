/** The unit for systemd, as systemd itself reads it. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { CLI, hasProgram, PROJECT, run } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const UNLESS_SYSTEMD = !hasProgram("systemd-analyze") && "systemd-analyze is not installed (Debian: systemd)";
const OPERATIONS = path.join(PROJECT, "examples/operations");
const COMMAND = "/usr/local/bin/lockstep-tftp";
const SERVICE = "lockstep-tftp.service";
/** In tenths. systemd calls a service with 5.0 or more exposed to some degree, and one without any protection has 9.6. */
const MAX_EXPOSURE = "20";

/** Copies a unit to where its command is that of this build. */
function copy(file: string, folder: string): void {
  const unit = readFileSync(path.join(OPERATIONS, file), "utf8");
  assert.ok(unit.includes(COMMAND));
  writeFileSync(path.join(folder, file), unit.replaceAll(COMMAND, `${process.execPath} ${CLI}`));
}

function unitFolder(t: TestContext): string {
  const folder = temporaryFolder(t);
  copy(SERVICE, folder);
  return folder;
}

async function assertVerified(folder: string): Promise<void> {
  const { code, stderr } = await run("systemd-analyze", ["verify", "--man=no", path.join(folder, SERVICE)]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

test("systemd finds nothing wrong with the service", { skip: UNLESS_SYSTEMD }, async (t) => {
  await assertVerified(unitFolder(t));
});

test("systemd finds nothing wrong with the service that takes uploads", { skip: UNLESS_SYSTEMD }, async (t) => {
  const folder = unitFolder(t);
  const dropIns = path.join(folder, `${SERVICE}.d`);
  mkdirSync(dropIns);
  copy("lockstep-tftp-uploads.conf", dropIns);
  await assertVerified(folder);
});

test("the service has little that an intruder could use", { skip: UNLESS_SYSTEMD }, async (t) => {
  const unit = path.join(unitFolder(t), SERVICE);
  const words = ["security", "--no-pager", "--offline=true", `--threshold=${MAX_EXPOSURE}`, unit];
  const { code, stdout } = await run("systemd-analyze", words);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Overall exposure level/);
});

test("the flags that the service and the container use are flags of the command", async () => {
  const { stdout } = await run(process.execPath, [CLI, "--help"]);
  for (const file of [SERVICE, "lockstep-tftp-uploads.conf", "Containerfile", "port-range.nft", "single-port.nft"]) {
    const lines = readFileSync(path.join(OPERATIONS, file), "utf8")
      .split("\n")
      .filter((line) => line.includes("lockstep-tftp") && /\bserve\b/.test(line));
    assert.ok(lines.length > 0, file);
    for (const flag of lines.flatMap((line) => line.match(/--[a-z-]+/g) ?? [])) {
      assert.ok(stdout.includes(flag), `${flag} in ${file}`);
    }
  }
});
