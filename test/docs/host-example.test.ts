/** The examples of a host of your own, in README.md and docs/architecture.md, run as they are printed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as engine from "lockstep-tftp/engine";
import { PROJECT } from "../support/program.js";

const EXAMPLE = /^import \{ (.*) \} from "lockstep-tftp\/engine";$([\s\S]*?)^```$/m;
const REQUEST = Buffer.from("\0\x01file\0octet\0", "latin1");

const storage: engine.Storage = {
  openForReading: () => ({ sizeBytes: 0, read: () => 0, close() {} }),
  openForWriting: () => engine.FORBIDDEN,
};
const transport: engine.Transport = { send() {}, open: () => true, close() {} };

for (const page of ["README.md", "docs/architecture.md"]) {
  test(`the example of a host in ${page} starts a transfer`, () => {
    const [, names = "", code = ""] = EXAMPLE.exec(readFileSync(path.join(PROJECT, page), "utf8")) ?? [];
    const imports = Object.fromEntries(
      names.split(", ").map((name) => [name, (engine as Readonly<Record<string, unknown>>)[name]]),
    );
    assert.ok(Object.values(imports).every((value) => value !== undefined));
    const variables = {
      ...imports,
      storage,
      transport,
      packet: new DataView(Uint8Array.from(REQUEST).buffer),
      length: REQUEST.length,
      slot: 0,
      address: "192.0.2.1",
      port: 5000,
      now: 0,
    };
    // The block lets an example declare one of these names itself.
    const run = new Function(...Object.keys(variables), `{ ${code}\nreturn server; }`);
    assert.equal((run(...Object.values(variables)) as engine.Server).running, 1);
  });
}
