/** What the build makes of a board's modules: numbers in place of the names of constants, and nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PROJECT } from "../support/program.js";

interface BoardCode {
  compact(code: string): Promise<string>;
}

const { compact }: BoardCode = await import(pathToFileURL(path.join(PROJECT, "scripts/board-code.js")).href);

test("numbers take the place of constants, in a board's code", async () => {
  const code = await compact("const FLAG = 1 << 3;\nexport function take(flags) { return flags & FLAG; }\n");
  assert.match(code, /return flags & 8;/);
  assert.doesNotMatch(code, /FLAG/);
});

test("texts keep their names, so that XS copies no literal at each use", async () => {
  const texts = { NONE: '""', QUOTE: "'\"'", LONG: '"a (long) \\"text\\"; with all"' };
  const source = Object.entries(texts).map(([name, text]) => `const ${name} = ${text};`);
  const code = await compact(`${source.join("\n")}\nexport const take = (value) => value === NONE || QUOTE + LONG;\n`);
  assert.match(code, /=> value === NONE \|\| QUOTE \+ LONG;/);
  // As in the source, whatever quotes they have.
  const values = new Function(`${code.replace("export ", "")}\nreturn [NONE, QUOTE, LONG];`)();
  assert.deepEqual(values, ["", '"', 'a (long) "text"; with all']);
});

test("a text that nothing uses goes", async () => {
  assert.equal((await compact('const UNUSED = "text";\nexport const one = 1;\n')).trim(), "export const one = 1;");
});

test("classes, functions, properties and variables keep their names", async () => {
  const source = "export class Greeter { greet(guest) { const words = this.words(guest); return [words, words]; } }";
  const code = await compact(source);
  for (const name of ["Greeter", "greet(guest)", "const words", "this.words"]) {
    assert.ok(code.includes(name), name);
  }
});

test("the engine is built so", () => {
  const code = readFileSync(path.join(PROJECT, "dist/core.js"), "utf8");
  assert.match(code, /return \(this\.flags & \d+\) !== 0;/);
  assert.match(code, /typeof opened === NUMBER;/);
});
