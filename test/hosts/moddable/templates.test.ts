/** Texts that a board fills for each machine, through its server, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ERROR_FILE_NOT_FOUND, type ReadableFile } from "lockstep-tftp/engine";
import type TFTPServerClass from "../../../dist/types/hosts/moddable/server.js";
import type { TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import type * as StorageModule from "../../../dist/types/hosts/moddable/storage/index.js";
import type TemplateStorageClass from "../../../dist/types/hosts/moddable/templates.js";
import type { FilledTextOptions } from "../../../dist/types/hosts/moddable/templates.js";
import { boardModule, resetBoard } from "./board.js";
import { Client, contentsOf } from "./client.js";
import { Directory } from "./sdk/files.js";
import { putIntoImage } from "./sdk/resource.js";
import UDP from "./sdk/udp.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");
const { FileStorage, ResourceStorage } = await boardModule<typeof StorageModule>("storage");
const { default: TemplateStorage } = await boardModule<{ default: typeof TemplateStorageClass }>("templates");

const TEMPLATE = "<{mac}|{address}|{name}>{label}{{mac}";
const TABLE = '# phones\nmac,label\n00:11:22:aa:bb:cc,"ä, east"\n';

function memory(text: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(text)).buffer;
}

function textOptions(text: Partial<FilledTextOptions> = {}): FilledTextOptions {
  return { name: "SEP{mac}.cnf.xml", template: memory(TEMPLATE), table: memory(TABLE), ...text };
}

function serve(...texts: FilledTextOptions[]): void {
  const storage = new TemplateStorage({ storage: new ResourceStorage(["hello.txt"]), texts });
  new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage });
}

function fetched(name: string, address?: string): string | number {
  const contents = new Client(address).get(name);
  return typeof contents === "number" ? contents : Buffer.from(contents).toString();
}

beforeEach(resetBoard);

test("a phone gets the text with its values, by a name in any case and notation", () => {
  serve(textOptions());
  const filled = (name: string) => `<00-11-22-aa-bb-cc|192.168.4.2|${name}>ä, east{mac}`;
  for (const name of ["SEP001122AABBCC.cnf.xml", "sep00-11-22-aa-bb-cc.CNF.XML", "SEP0011.22aa.bbcc.cnf.xml"]) {
    assert.equal(fetched(name), filled(name));
  }
});

test("a machine that the table lacks, and a name that is no text's, get what the storage has", () => {
  putIntoImage("hello.txt", contentsOf(700));
  serve(textOptions());
  for (const name of ["SEP001122AABBCD.cnf.xml", "SEP.cnf.xml", "SEP0011.cnf.xml", "SE", "SEP001122AABBCC.cnf.xmlx"]) {
    assert.equal(fetched(name), ERROR_FILE_NOT_FOUND, name);
  }
  assert.deepEqual(Buffer.from(new Client().get("hello.txt") as Uint8Array), Buffer.from(contentsOf(700)));
});

test("a text without {mac} in its name is filled by the client's address, also with numbers for addresses", () => {
  const table = memory("address,n\n192.168.4.2,1\n192.168.4.3,2\n");
  const options = textOptions({ name: "me.txt", template: memory("{address}={n}"), table });
  serve(options);
  assert.equal(fetched("ME.TXT"), "192.168.4.2=1");
  assert.equal(fetched("me.txt", "192.168.4.4"), ERROR_FILE_NOT_FOUND);
  const storage = new TemplateStorage({ storage: new ResourceStorage([]), texts: [options] });
  const file = storage.openForReading("me.txt", 0xc0a80403) as ReadableFile;
  const block = new Uint8Array(20);
  assert.equal(Buffer.from(block.subarray(0, file.read(block, 0))).toString(), "192.168.4.3=2");
});

test("a text longer than a block arrives whole, and uploads go to the storage", () => {
  const template = `${"x".repeat(500)}{label}${"y".repeat(600)}{label}`;
  const directory = new Directory();
  const storage = new TemplateStorage({
    storage: new FileStorage({ directory, write: "new" }),
    texts: [textOptions({ template: memory(template) })],
  });
  new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage });
  assert.equal(fetched("SEP001122AABBCC.cnf.xml"), template.replaceAll("{label}", "ä, east"));
  const upload = storage.openForWriting("new", -1, "192.168.4.2");
  assert.equal(typeof upload, "object");
});

test("a mistake is named with the text and its line", () => {
  const mistakes: readonly (readonly [text: Partial<FilledTextOptions>, message: RegExp])[] = [
    [{ template: memory("a\n{exten}") }, /^template of SEP\{mac\}\.cnf\.xml, line 2: unknown placeholder \{exten\}/],
    [{ table: memory("mac,a\nx,1\n") }, /^table of SEP\{mac\}\.cnf\.xml, line 2: "x" is not a MAC address/],
    [{ table: memory("address,label\n10.0.0,1\n") }, /line 2: "10\.0\.0" is not an IP address/],
    [{ name: "{mac}-{mac}" }, /^\{mac\}-\{mac\} has \{mac\} more than once/],
    [{ name: "x" }, /^table of x has MAC addresses; add \{mac\}/],
  ];
  for (const [text, message] of mistakes) {
    const texts = [textOptions(text)];
    assert.throws(() => new TemplateStorage({ storage: new ResourceStorage([]), texts }), {
      name: "RangeError",
      message,
    });
  }
});
