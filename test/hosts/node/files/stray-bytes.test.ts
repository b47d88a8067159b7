/** Files whose names on the disk are not UTF-8. Only Linux keeps any bytes as a name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import {
  DirectoryStorage,
  get,
  type ListedFile,
  put,
  StatusPage,
  type TftpServer,
  type TftpServerOptions,
} from "lockstep-tftp";
import { EXISTS, FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";
import { ask, type OpenSite, OWN_HEADER } from "../../status/site.js";

const skip = process.platform !== "linux" && "the system takes names in UTF-8 only";

const LATIN_1 = "T\xfcr.cfg";
/** The same name as the engine decodes it, and as a person reads it. */
const NAME = "T\udcfcr.cfg";
const READABLE = "T\\xfcr.cfg";
/** Files that a careless decoding takes for the one in Latin-1. */
const SIMILAR = ["Tür.cfg", "T\ufffdr.cfg", "T?r.cfg", "T\\xfcr.cfg", "Tr.cfg"];
const SMALL = Buffer.from("small");
const LARGE = Buffer.alloc(10_000, "large");

/** The path of a file by the bytes of its name. */
function at(folder: string, latin1: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(latin1, "latin1")]);
}

function folderWith(t: TestContext, files: Readonly<Record<string, Uint8Array>>): string {
  const root = temporaryFolder(t);
  for (const name of SIMILAR) {
    fs.writeFileSync(path.join(root, name), "another file");
  }
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(at(root, path.dirname(name)), { recursive: true });
    fs.writeFileSync(at(root, name), content);
  }
  return root;
}

/** A URL whose path has these bytes. */
function urlOf(port: number, latin1: string): string {
  const encoded = latin1.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  return `tftp://127.0.0.1:${port}/${encoded}`;
}

async function fetched(port: number, latin1: string): Promise<Buffer> {
  return Buffer.from((await get(urlOf(port, latin1))).content);
}

describe("a name that is not UTF-8", { skip }, () => {
  const ODD = [LATIN_1, "Gr\xfcn/\xc3\xfe.bin", "\xc0\xae\xc0\xae/\xed\xb3\xbc", "\x80", "..\xfe", "\xe2\x82/a"];
  for (const content of [SMALL, LARGE]) {
    test(`files of ${content.length} bytes are served by the bytes of their names, to a client that asks for these`, async (t) => {
      const root = folderWith(
        t,
        Object.fromEntries(ODD.map((name) => [name, Buffer.concat([content, Buffer.from(name)])])),
      );
      const { port } = await serving(t, { root });
      for (const name of ODD) {
        assert.deepEqual(await fetched(port, name), Buffer.concat([content, Buffer.from(name)]), JSON.stringify(name));
        // Small files are kept, and looked up.
        fs.writeFileSync(at(root, name), "changed");
        assert.equal((await fetched(port, name)).toString(), "changed");
      }
      await assert.rejects(fetched(port, "T\xfdr.cfg"), { errorCode: 1 });
    });
  }

  test("uploads get their name by its bytes, replace the file of these bytes, and no other", async (t) => {
    const root = folderWith(t, { [LATIN_1]: SMALL, "Gr\xfcn/a": SMALL });
    const before = SIMILAR.map((name) => fs.readFileSync(path.join(root, name), "utf8"));
    const { port } = await serving(t, { root, write: "overwrite" });
    await put(LARGE, urlOf(port, LATIN_1));
    await put(LARGE, urlOf(port, "Gr\xfcn/\xfe"));
    assert.deepEqual(fs.readFileSync(at(root, LATIN_1)), LARGE);
    assert.deepEqual(fs.readFileSync(at(root, "Gr\xfcn/\xfe")), LARGE);
    assert.deepEqual(
      before,
      SIMILAR.map((name) => fs.readFileSync(path.join(root, name), "utf8")),
    );
    assert.equal(fs.readdirSync(root).length, SIMILAR.length + 2);
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), NAME, SMALL), EXISTS);
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "\udcfe", SMALL), 0);
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "no\udcfe/a", SMALL), NOT_FOUND);
  });

  test("upper and lower case are ignored in the other letters, folders included", async (t) => {
    const root = folderWith(t, { [LATIN_1]: SMALL, "Gr\xfcn/A\xfe": LARGE });
    const { port } = await serving(t, { root, ignoreCase: true });
    assert.deepEqual(await fetched(port, "t\xfcR.CFG"), SMALL);
    assert.deepEqual(await fetched(port, "gR\xfcN/a\xfe"), LARGE);
    await assert.rejects(fetched(port, "t\xfdR.CFG"), { errorCode: 1 });
  });

  test("rules refuse and map it like others; a wildcard takes a byte for a character", async (t) => {
    const root = folderWith(t, { "a\xfc.key": SMALL, "\xff\xfc.b": SMALL, [LATIN_1]: LARGE });
    const rules = [
      { match: "**.key", refuse: true },
      { match: "?\u{fffd}.b", refuse: true },
      { match: "to/*.key.txt", to: "{1}.key" },
      { match: "?r.cnf", to: "T{1}r.cfg" },
    ];
    const { port } = await serving(t, { root, rules });
    for (const name of ["a\xfc.key", "A\xfc.KEY", "\xff/..\xfc.key", "to/a\xfc.key.txt"]) {
      await assert.rejects(fetched(port, name), { errorCode: 2 }, JSON.stringify(name));
    }
    assert.deepEqual(await fetched(port, "\xff\xfc.b"), SMALL);
    assert.deepEqual(await fetched(port, "\xfcr.cnf"), LARGE);
    await assert.rejects(fetched(port, "\xfc\xfcr.cnf"), { errorCode: 1 });
  });

  test("its checksum has the name as the disk has it", async (t) => {
    const root = folderWith(t, { [LATIN_1]: SMALL });
    const { port } = await serving(t, { root, checksums: true });
    const sum = createHash("sha256").update(SMALL).digest("hex");
    assert.deepEqual(await fetched(port, `${LATIN_1}.sha256`), Buffer.from(`${sum}  ${LATIN_1}\n`, "latin1"));
  });

  test("links with such names and targets lead nowhere outside the folder", (t) => {
    const outside = folderWith(t, { "s\xfe": SMALL });
    const root = folderWith(t, { "in\xfe/f\xfe": LARGE });
    fs.symlinkSync(at(outside, "s\xfe"), at(root, "out\xfe"));
    fs.symlinkSync(at(outside, "s\xfe"), path.join(root, "out"));
    fs.symlinkSync(outside, at(root, "folder\xfe"));
    fs.symlinkSync(at(root, "in\xfe/f\xfe"), path.join(root, "in"));
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["out\udcfe", "out", "folder\udcfe/s\udcfe"]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, JSON.stringify(name));
      assert.equal(store(storage, name, LARGE), FORBIDDEN, JSON.stringify(name));
    }
    assert.deepEqual(contentOf(storage, "in"), LARGE);
    assert.deepEqual(fs.readFileSync(at(outside, "s\xfe")), SMALL);
  });

  test("unfinished uploads are removed from such a folder, too", async (t) => {
    const litter = `Gr\xfcn/${temporaryName(spawnSync("true").pid)}`;
    const root = folderWith(t, { [litter]: SMALL, "Gr\xfcn/a": SMALL });
    assert.equal(await new DirectoryStorage(root, { write: "new" }).removeLitter(), 1);
    assert.equal(fs.existsSync(at(root, litter)), false);
    assert.ok(fs.existsSync(at(root, "Gr\xfcn/a")));
  });

  test("`get` writes it into a folder under the same bytes", async (t) => {
    const { port } = await serving(t, { root: folderWith(t, { [LATIN_1]: SMALL }) });
    const to = temporaryFolder(t);
    await get(urlOf(port, LATIN_1), { to });
    assert.deepEqual(fs.readFileSync(at(to, LATIN_1)), SMALL);
    assert.equal(fs.readdirSync(to).length, 1);
  });

  test("a served folder may have it, too", (t) => {
    const parent = folderWith(t, { "Gr\xfcn/a\xfe": SMALL });
    fs.symlinkSync(at(parent, "Gr\xfcn"), path.join(parent, "link"));
    assert.deepEqual(contentOf(new DirectoryStorage(path.join(parent, "link")), "a\udcfe"), SMALL);
  });
});

async function pageOver(
  t: TestContext,
  options: TftpServerOptions,
): Promise<{ server: TftpServer; page: StatusPage; site: OpenSite }> {
  const { server } = await serving(t, options);
  const page = new StatusPage(server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  return { server, page, site: { port: Number(new URL(page.url).port) } as OpenSite };
}

describe("names that are not UTF-8, on the page and in events", { skip }, () => {
  test("the page lists, removes and takes files with them, and its events can be read", async (t) => {
    const root = folderWith(t, { [LATIN_1]: SMALL, "Gr\xfcn/\xfe": SMALL, "\xff": SMALL });
    const { page, site } = await pageOver(t, { root, write: "overwrite" });
    const told: string[] = [];
    page.on("put", ({ name }) => told.push(`put ${name}`));
    page.on("removed", ({ name }) => told.push(`removed ${name}`));
    const listing = JSON.parse((await ask(site, "/api/files")).body.toString()) as { files: ListedFile[] };
    const names = listing.files.map(({ name }) => name);
    // Neither a name that ends in 0xFF nor one with a backslash can be asked for.
    assert.deepEqual(
      names.sort(),
      ["Gr\udcfcn/\udcfe", NAME, ...SIMILAR.filter((name) => !name.includes("\\"))].sort(),
    );
    const change = (method: string, place: string, body?: Uint8Array) =>
      ask(site, `/api/files/${place}`, { method, headers: OWN_HEADER, ...(body === undefined ? {} : { body }) });
    assert.equal((await change("DELETE", "T%FCr.cfg")).status, 200);
    assert.equal((await change("DELETE", "T%FCr.cfg")).status, 404);
    assert.equal((await change("PUT", "Gr%FCn/%FD", LARGE)).status, 201);
    assert.deepEqual(fs.readFileSync(at(root, "Gr\xfcn/\xfd")), LARGE);
    assert.deepEqual(told, [`removed ${READABLE}`, "put Gr\\xfcn/\\xfd"]);
    assert.ok(SIMILAR.every((name) => fs.existsSync(path.join(root, name))));
  });

  test("events have names with their bytes as \\xff, and a backslash before such a text is told apart", async (t) => {
    const root = folderWith(t, { [LATIN_1]: LARGE });
    const rules = [{ match: "*.cnf", to: "{1}.cfg" }];
    const { server, port } = await serving(t, { root, rules });
    const told = new Set<string>();
    server.on("started", ({ name }) => told.add(`started ${name}`));
    server.on("progress", ({ name, isUpload }) => told.add(`progress ${name} ${isUpload}`));
    server.on("ended", ({ name }) => told.add(`ended ${name}`));
    server.on("renamed", ({ name, foundName }) => told.add(`renamed ${name} ${foundName}`));
    server.on("refused", ({ name }) => told.add(`refused ${name}`));
    let running = "";
    server.once("progress", () =>
      server.visitRunning(({ name }) => {
        running = name;
      }),
    );
    await fetched(port, "T\xfcr.cnf");
    for (const name of ["\xff\xfd", "..\\\xfd", "..\\xfd", "..\\x5cxfd", "..\\n"]) {
      await assert.rejects(fetched(port, name));
    }
    assert.equal(running, "T\\xfcr.cnf");
    assert.deepEqual(
      [...told],
      [
        "renamed T\\xfcr.cnf T\\xfcr.cfg",
        "started T\\xfcr.cnf",
        "progress T\\xfcr.cnf false",
        "ended T\\xfcr.cnf",
        "refused \\xff\\xfd",
        "refused ..\\\\xfd",
        "refused ..\\x5cxfd",
        "refused ..\\x5cx5cxfd",
        "refused ..\\n",
      ],
    );
  });
});
