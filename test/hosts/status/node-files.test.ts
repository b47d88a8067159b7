/** The page over a folder of a computer, with links and many files, and over custom storages. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { StatusPage, type StatusPageOptions, type Storage, TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { temporaryName } from "../../support/temporary-name.js";
import { ask, askJson, type OpenSite, OWN_HEADER, put, remove } from "./site.js";
import type { Listing } from "./site-data.js";

async function opened(t: TestContext, options: TftpServerOptions, pageOptions: StatusPageOptions = {}) {
  const server = new TftpServer({ host: "127.0.0.1", port: 0, ...options });
  await server.listen();
  t.after(() => server.close());
  const page = new StatusPage(server, { port: 0, ...pageOptions });
  await page.listen();
  t.after(() => page.close());
  return { server, page, site: { port: Number(new URL(page.url).port) } as OpenSite };
}

async function pageOf(t: TestContext, options: TftpServerOptions): Promise<OpenSite> {
  return (await opened(t, options)).site;
}

async function listedNames(site: OpenSite): Promise<string[]> {
  return (await askJson<Listing>(site, "/api/files")).files.map(({ name }) => name);
}

test("an upload that cannot be written says why", async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "taken"));
  const site = await pageOf(t, { root, write: "new" });
  const { status, body } = await put(site, "taken", Buffer.from("x"));
  assert.equal(status, 403);
  symlinkSync(temporaryFolder(t), path.join(root, "out"));
  const outside = await put(site, "out/new", Buffer.from("x"));
  assert.match(JSON.parse(outside.body.toString()).error, /^"out\/new" cannot be written: link leads out\. Choose/);
  assert.equal(
    JSON.parse(body.toString()).error,
    `"taken" cannot be written: it is a folder. Choose another name, or check the folder's permissions.`,
  );
});

test("links out of the folder are neither listed nor removed, and linked folders are left out", async (t) => {
  const outside = temporaryFolder(t);
  writeFileSync(path.join(outside, "secret.txt"), "secret");
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "a.txt"), "a");
  mkdirSync(path.join(root, "folder"));
  writeFileSync(path.join(root, "folder/b.txt"), "b");
  symlinkSync(path.join(outside, "secret.txt"), path.join(root, "file-outside"));
  symlinkSync(outside, path.join(root, "folder-outside"));
  symlinkSync("folder", path.join(root, "folder-inside"));
  symlinkSync(root, path.join(root, "folder/loop"));
  symlinkSync("a.txt", path.join(root, "file-inside"));
  symlinkSync("nowhere", path.join(root, "dangling"));
  const site = await pageOf(t, { root, write: "overwrite" });
  assert.deepEqual(await listedNames(site), ["a.txt", "file-inside", "folder/b.txt"]);
  const removeAt = (name: string) => ask(site, `/api/files/${name}`, { method: "DELETE", headers: OWN_HEADER });
  assert.equal((await removeAt("folder-outside/secret.txt")).status, 403);
  assert.equal((await removeAt("file-outside")).status, 403);
  assert.equal((await removeAt("file-inside")).status, 403);
  assert.equal((await removeAt("folder")).status, 403);
  assert.deepEqual(await listedNames(site), ["a.txt", "file-inside", "folder/b.txt"]);
  assert.deepEqual(await listedNames(await pageOf(t, { root: outside })), ["secret.txt"]);
});

test("after reconfigure, the page lists and changes the new folder only", async (t) => {
  const before = temporaryFolder(t);
  const after = temporaryFolder(t);
  writeFileSync(path.join(before, "old.txt"), "old");
  writeFileSync(path.join(after, "new.txt"), "new");
  const { server, site } = await opened(t, { root: before, write: "overwrite" });
  assert.deepEqual(await listedNames(site), ["old.txt"]);
  await server.reconfigure({ root: after });
  assert.deepEqual(await listedNames(site), ["new.txt"]);
  assert.equal((await put(site, "evil.txt", Buffer.from("x"))).status, 403);
  assert.equal((await remove(site, "new.txt")).status, 403);
  await server.reconfigure({ root: after, write: "overwrite" });
  assert.equal((await put(site, "more.txt", Buffer.from("more"))).status, 201);
  assert.equal((await remove(site, "new.txt")).status, 200);
  assert.deepEqual([readdirSync(before), readdirSync(after)], [["old.txt"], ["more.txt"]]);
});

for (const host of ["0:0:0:0:0:0:0:1", "127.1", "LocalHost"]) {
  test(`the page at ${host} accepts the form of this address that browsers send`, async (t) => {
    const { page } = await opened(t, { root: temporaryFolder(t) }, { host });
    assert.equal((await fetch(page.url)).status, 200);
  });
}

test("a page of the list has at most a thousand files, and the next one the others", async (t) => {
  const root = temporaryFolder(t);
  for (let count = 0; count < 1001; count++) {
    writeFileSync(path.join(root, `${count}.txt`), "");
  }
  const site = await pageOf(t, { root });
  const { files, total, next, isComplete } = await askJson<Listing>(site, "/api/files?limit=5000");
  assert.deepEqual([files.length, total, isComplete], [1000, 1001, true]);
  const rest = await askJson<Listing>(site, `/api/files?after=${encodeURIComponent(next as string)}`);
  assert.deepEqual(
    rest.files.map(({ name }) => name),
    ["999.txt"],
  );
  assert.deepEqual([rest.before, rest.next, rest.isComplete], [1000, undefined, true]);
});

test("files have the time of their last change, by which they are ordered", async (t) => {
  const root = temporaryFolder(t);
  // Of the last two, one has a fraction of a millisecond.
  const times = { "a.txt": 0, "b.txt": 2.0005, "c.txt": 2, "d.txt": 1 };
  for (const [name, time] of Object.entries(times)) {
    writeFileSync(path.join(root, name), "");
    utimesSync(path.join(root, name), time, time);
  }
  const site = await pageOf(t, { root });
  const { files } = await askJson<Listing>(site, "/api/files?order=time&descending=true&limit=3");
  assert.deepEqual(
    files.map(({ name, modifiedAt }) => [name, modifiedAt]),
    [
      ["c.txt", 2000],
      ["b.txt", 2000],
      ["d.txt", 1000],
    ],
  );
});

test("a folder outside, which a link leads to, is not listed by its name", async (t) => {
  const root = temporaryFolder(t);
  const outside = temporaryFolder(t);
  writeFileSync(path.join(outside, "secret.txt"), "");
  symlinkSync(outside, path.join(root, "out"));
  const site = await pageOf(t, { root });
  for (const parameters of ["folder=", "folder=out", "folder=out/.", "folder=out&search=secret"]) {
    assert.deepEqual((await askJson<Listing>(site, `/api/files?${parameters}`)).files, [], parameters);
  }
  assert.deepEqual((await askJson<Listing>(site, "/api/files?name=out/secret.txt")).files, []);
});

test("a list stops after 20,000 files of a custom storage, and says that it is incomplete", async (t) => {
  let shown = 0;
  const storage = {
    openForReading: () => ~1,
    openForWriting: () => ~2,
    mayWrite: false,
    mayOverwrite: false,
    listFiles: (visit: (file: object) => boolean) => {
      do {
        shown++;
      } while (visit({ name: `${shown % 40}/${shown}`, sizeBytes: shown, isRemovable: false, path: "/secret" }));
    },
    removeFile: () => ~2,
  };
  const site = await pageOf(t, { storage });
  const { files, total, isComplete } = await askJson<Listing>(site, "/api/files?limit=2");
  assert.deepEqual([files.length, total, isComplete, shown], [2, 20_000, false, 20_000]);
  assert.equal("path" in (files[0] as object), false);
  const folders = await askJson<Listing>(site, "/api/files?folder=&limit=100");
  assert.deepEqual([folders.files.length, folders.total, folders.files[0]?.name], [40, 40, "0/"]);
});

test("a list of a folder with too many entries says that it is incomplete", async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "a.txt"), "");
  const site = await pageOf(t, { root });
  assert.equal((await askJson<Listing>(site, "/api/files")).isComplete, true);
  for (let count = 0; count < 20_000; count++) {
    // No client can ask for this name, so there is nothing to list.
    symlinkSync("nowhere", path.join(root, `${count}\\`));
  }
  const { files, isComplete } = await askJson<Listing>(site, "/api/files");
  assert.ok(files.length <= 1);
  assert.equal(isComplete, false);
});

test("names that no client can ask for and incomplete uploads are not listed", async (t) => {
  const root = temporaryFolder(t);
  for (const name of ["fine.txt", "line\nfeed", "back\\slash", temporaryName(1)]) {
    writeFileSync(path.join(root, name), "");
  }
  const site = await pageOf(t, { root, write: "overwrite" });
  assert.deepEqual(await listedNames(site), ["fine.txt"]);
  assert.equal((await remove(site, temporaryName(1))).status, 404);
});

test("a drop box lists no files", async (t) => {
  const root = temporaryFolder(t);
  const site = await pageOf(t, { root, write: "new", read: false });
  assert.equal((await put(site, "a.txt", Buffer.from("a"))).status, 201);
  assert.deepEqual(await listedNames(site), []);
});

test("a custom storage without a catalogue has a page without files", async (t) => {
  const storage: Storage = { openForReading: () => ~1, openForWriting: () => ~2 };
  const site = await pageOf(t, { storage });
  assert.equal((await ask(site, "/api/status")).status, 200);
  const reply = await ask(site, "/api/files");
  assert.equal(reply.status, 404);
  assert.match(JSON.parse(reply.body.toString()).error, /cannot be listed/);
  assert.equal((await put(site, "a.txt", Buffer.from("a"))).status, 403);
});

test("a custom storage with a catalogue is listed, and its exceptions become answers without their messages", async (t) => {
  const warnings: string[] = [];
  let isCutShort = false;
  const listen = (warning: Error) => warnings.push(warning.message);
  process.on("warning", listen);
  t.after(() => process.off("warning", listen));
  const storage = {
    openForReading: () => ~1,
    openForWriting: () => {
      throw new Error("secret path");
    },
    mayWrite: true,
    mayOverwrite: true,
    listFiles: (visit: (file: object) => boolean) => {
      visit({ name: "a", sizeBytes: 1, isRemovable: true });
      return isCutShort ? false : undefined;
    },
    removeFile: () => {
      throw new Error("secret path");
    },
  };
  const site = await pageOf(t, { storage });
  assert.deepEqual(await listedNames(site), ["a"]);
  assert.equal((await askJson<Listing>(site, "/api/files")).isComplete, true);
  isCutShort = true;
  assert.equal((await askJson<Listing>(site, "/api/files")).isComplete, false);
  for (const reply of [await remove(site, "a"), await put(site, "b", Buffer.from("b"))]) {
    assert.equal(reply.status, 500);
    assert.doesNotMatch(reply.body.toString(), /secret/);
  }
  assert.ok(warnings.includes("secret path"));
});
