/** The examples for firmware authors, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, test } from "node:test";
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { consoleLines, resetBoard } from "./board.js";
import { Client } from "./client.js";
import { putIntoImage } from "./sdk/resource.js";

const EXAMPLES = path.resolve("examples/moddable");
/** The port in the configuration of the stand-ins. */
const PORT = 6969;

beforeEach(resetBoard);

function text(client: Client, name: string): string {
  const fetched = client.get(name);
  assert.ok(typeof fetched !== "number", `error ${fetched}`);
  return Buffer.from(fetched).toString();
}

test("the example simple serves the file of its image, and logs the transfer", async () => {
  const contents = readFileSync(path.join(EXAMPLES, "simple/hello.txt"));
  putIntoImage("hello.txt", contents);
  await import(path.join(EXAMPLES, "simple/main.js"));
  assert.equal(text(new Client("192.168.0.7", PORT), "hello.txt"), contents.toString());
  assert.deepEqual(consoleLines, [
    "192.168.0.7 asks for hello.txt",
    `192.168.0.7 has ${contents.length} bytes of hello.txt`,
  ]);
});

test("the example configurations makes a file for the phone that asks", async () => {
  await import(path.join(EXAMPLES, "configurations/main.js"));
  const name = "0004F2ABCDEF.cfg";
  assert.equal(text(new Client("192.168.0.7", PORT), name), "mac=0004f2abcdef\nextension=107\nserver=192.168.0.66\n");
  assert.match(text(new Client("192.168.0.21", PORT), name), /extension=121/);
  for (const wrong of ["0004f2abcdef", "0004f2abcde.cfg", "0004f2abcdeg.cfg", "readme.txt"]) {
    assert.equal(new Client("192.168.0.7", PORT).get(wrong), ERROR_FILE_NOT_FOUND, wrong);
  }
});
