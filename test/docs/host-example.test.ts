/** The example "A host of your own" in docs/architecture.md runs as it is printed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as engine from "lockstep-tftp/engine";
import { PROJECT } from "../support/program.js";

const REQUEST = Buffer.from("\0\x01file\0octet\0", "latin1");

/** The code of the example, without its import. */
function example(): { names: string[]; code: string } {
  const page = readFileSync(path.join(PROJECT, "docs/architecture.md"), "utf8");
  const [, block = ""] = /^## A host of your own$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const [statement = "", names = ""] = /^import \{ (.*) \} from "lockstep-tftp\/engine";$/m.exec(block) ?? [];
  return { names: names.split(", "), code: block.replace(statement, "") };
}

test('the example "A host of your own" starts a transfer', () => {
  const { names, code } = example();
  const imports = names.map((name) => (engine as Readonly<Record<string, unknown>>)[name]);
  assert.ok(imports.every((value) => value !== undefined));
  const storage: engine.Storage = {
    openForReading: () => ({ sizeBytes: 0, read: () => 0, close() {} }),
    openForWriting: () => engine.FORBIDDEN,
  };
  const given = {
    storage,
    packet: new DataView(Uint8Array.from(REQUEST).buffer),
    length: REQUEST.length,
    slot: 0,
    address: "192.0.2.1",
    port: 5000,
    now: 0,
  };
  const run = new Function(...names, ...Object.keys(given), `${code}\nreturn server;`);
  const server = run(...imports, ...Object.values(given)) as engine.Server;
  assert.equal(server.running, 1);
});
