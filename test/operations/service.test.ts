/** The example unit, checked by systemd's own tools. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { CLI, hasProgram, PROJECT, run } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const UNLESS_SYSTEMD = !hasProgram("systemd-analyze") && "systemd-analyze is not installed (Debian: systemd)";
const OPERATIONS = path.join(PROJECT, "examples/operations");
const COMMAND = "ExecStart=lockstep-tftp";
const SERVICE = "lockstep-tftp.service";
/** In tenths. systemd rates 5.0 and above as exposed, and a service without any protection as 9.6. */
const MAX_EXPOSURE = "20";

/** Copies a unit, with the command of this build in place of the installed one. */
function copyUnit(file: string, folder: string): void {
  const unit = readFileSync(path.join(OPERATIONS, file), "utf8");
  assert.ok(unit.includes(COMMAND));
  writeFileSync(path.join(folder, file), unit.replaceAll(COMMAND, `ExecStart=${process.execPath} ${CLI}`));
}

function unitFolder(t: TestContext): string {
  const folder = temporaryFolder(t);
  copyUnit(SERVICE, folder);
  return folder;
}

async function assertVerified(folder: string): Promise<void> {
  const { code, stderr } = await run("systemd-analyze", ["verify", "--man=no", path.join(folder, SERVICE)]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

test("systemd-analyze verifies the service", { skip: UNLESS_SYSTEMD }, async (t) => {
  await assertVerified(unitFolder(t));
});

test("systemd-analyze verifies the service with the drop-in for uploads", { skip: UNLESS_SYSTEMD }, async (t) => {
  const folder = unitFolder(t);
  const dropIns = path.join(folder, `${SERVICE}.d`);
  mkdirSync(dropIns);
  copyUnit("lockstep-tftp-uploads.conf", dropIns);
  await assertVerified(folder);
});

test("systemd-analyze verifies the socket of the service", { skip: UNLESS_SYSTEMD }, async (t) => {
  const folder = unitFolder(t);
  const socket = path.join(folder, "lockstep-tftp.socket");
  copyFileSync(path.join(OPERATIONS, "lockstep-tftp.socket"), socket);
  const { code, stderr } = await run("systemd-analyze", ["verify", "--man=no", socket, path.join(folder, SERVICE)]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
});

test("systemd-analyze security rates the service at 2.0 or less", { skip: UNLESS_SYSTEMD }, async (t) => {
  const unit = path.join(unitFolder(t), SERVICE);
  const args = ["security", "--no-pager", "--offline=true", `--threshold=${MAX_EXPOSURE}`, unit];
  const { code, stdout } = await run("systemd-analyze", args);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /Overall exposure level/);
});

test("the command has every flag that the service, the container and the firewall examples use", async () => {
  const { stdout } = await run(process.execPath, [CLI, "serve", "--help", "--all"]);
  for (const file of [
    SERVICE,
    "lockstep-tftp-uploads.conf",
    "Containerfile",
    "keepalived.conf",
    "port-range.nft",
    "single-port.nft",
  ]) {
    const lines = readFileSync(path.join(OPERATIONS, file), "utf8")
      .split("\n")
      .filter((line) => line.includes("lockstep-tftp") && /\bserve\b/.test(line));
    assert.ok(lines.length > 0, file);
    for (const flag of lines.flatMap((line) => line.match(/--[a-z-]+/g) ?? [])) {
      assert.match(stdout, new RegExp(`${flag}\\b(?!-)`), `${flag} in ${file}`);
    }
  }
});
