/** The conformance cases on XS: the same cases as on V8, with the same bytes of the engine. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CLIENT_FILE, DHCP_FILE, ENGINE_FILE, programFile, XsMachine } from "./support/machine.js";

const PROGRAM = "conformance";

const machine = await XsMachine.start(PROGRAM);
const names = (await machine.run("program.cases.map((testCase) => testCase.name)")).value as string[];
const dhcpNames = (await machine.run("program.dhcpCases.map((testCase) => testCase.name)")).value as string[];

function importedBy(program: string): string[] {
  return [...program.matchAll(/^import .* from ['"](.*)['"];$/gm)].map(([, file]) => file as string);
}

suite("conformance on XS", () => {
  after(() => machine.stop());

  test("XS loads the engine files that Node loads, and no other copy", () => {
    assert.equal(ENGINE_FILE, fileURLToPath(import.meta.resolve("lockstep-tftp/engine")));
    const main = programFile(PROGRAM);
    const text = readFileSync(main, "utf8");
    // Programs share some of their own files.
    const shared = importedBy(text).filter((file) => file.startsWith("./"));
    const imported = importedBy(text).filter((file) => !shared.includes(file));
    assert.deepEqual(imported.sort(), [CLIENT_FILE, DHCP_FILE, ENGINE_FILE].sort());
    for (const file of [main, ...shared.map((name) => path.join(path.dirname(main), name))]) {
      assert.doesNotMatch(readFileSync(file, "utf8"), /class (Server|Client|DhcpEngine)\b/, file);
    }
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
