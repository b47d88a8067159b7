import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("lockstep-tftp/simulated imports the engines only, and uses no API of any platform", () => {
  const bundle = readFileSync(fileURLToPath(import.meta.resolve("lockstep-tftp/simulated")), "utf8");
  const imported = [...bundle.matchAll(/^(?:import|export) .*from ['"](.*)['"];$/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(imported)], ["../engine.js", "../dhcp.js"]);
  assert.doesNotMatch(bundle, /\b(process|globalThis|require|setTimeout|setImmediate|Date\.now|Math\.random)\b/);
});
