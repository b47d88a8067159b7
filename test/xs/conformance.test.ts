/** The conformance cases on XS: the same cases as on V8, with the same bytes of the engine. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CLIENT_FILE, DHCP_FILE, ENGINE_FILE, programFile, XsMachine } from "./support/machine.js";

const PROGRAM = "conformance";

const machine = await XsMachine.start(PROGRAM);
const names = (await machine.run("program.cases.map((testCase) => testCase.name)")).value as string[];
const dhcpNames = (await machine.run("program.dhcpCases.map((testCase) => testCase.name)")).value as string[];

suite("conformance on XS", () => {
  after(() => machine.stop());

  test("XS loads the engine files that Node loads, and no other copy", () => {
    assert.equal(ENGINE_FILE, fileURLToPath(import.meta.resolve("lockstep-tftp/engine")));
    const program = readFileSync(programFile(PROGRAM), "utf8");
    const imported = [...program.matchAll(/^import .* from ['"](.*)['"];$/gm)].map(([, file]) => file);
    assert.deepEqual(imported.sort(), [CLIENT_FILE, DHCP_FILE, ENGINE_FILE].sort());
    assert.doesNotMatch(program, /class (Server|Client|DhcpEngine)\b/);
  });

  test("XS has conformance cases, and a failing one is reported", async () => {
    assert.notEqual(names.length, 0);
    assert.notEqual(dhcpNames.length, 0);
    await assert.rejects(machine.run('(() => { throw new Error("expected failure"); })()'), /expected failure/);
  });

  for (const [index, name] of names.entries()) {
    test(name, async () => {
      await machine.run(`program.cases[${index}].run()`);
    });
  }

  for (const [index, name] of dhcpNames.entries()) {
    test(name, async () => {
      await machine.run(`program.runDhcp(${index})`);
      assert.equal((await machine.run("program.dhcpResult")).value, "passed");
    });
  }
});
