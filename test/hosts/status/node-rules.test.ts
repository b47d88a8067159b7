/** Rules for names hold on the page, too. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type NameRule, StatusPage, type StatusPageOptions, TftpServer } from "lockstep-tftp";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { ask, askJson, type OpenSite, OWN_HEADER, type Reply } from "./site.js";
import type { Listing } from "./site-data.js";

const OLD = Buffer.from("old");
const NEW = Buffer.from("new");

async function opened(t: TestContext, rules: readonly NameRule[], pageOptions: StatusPageOptions = {}) {
  const root = temporaryFolder(t);
  const server = new TftpServer({ root, host: "127.0.0.1", port: 0, write: "overwrite", rules });
  await server.listen();
  t.after(() => server.close());
  const page = new StatusPage(server, { port: 0, ...pageOptions });
  await page.listen();
  t.after(() => page.close());
  const site = { port: Number(new URL(page.url).port) } as OpenSite;
  return {
    page,
    server,
    root,
    have(name: string) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), OLD);
    },
    content: (name: string) =>
      existsSync(path.join(root, name)) ? readFileSync(path.join(root, name), "latin1") : undefined,
    put: (name: string) => ask(site, `/api/files/${name}`, { method: "PUT", headers: OWN_HEADER, body: NEW }),
    remove: (name: string) => ask(site, `/api/files/${name}`, { method: "DELETE", headers: OWN_HEADER }),
    list: async (parameters = "") =>
      (await askJson<Listing>(site, `/api/files${parameters}`)).files.map(({ name, isRemovable }) => [
        name,
        isRemovable,
      ]),
  };
}

function assertProtected(reply: Reply, name: string): void {
  assert.equal(reply.status, 403, name);
  assert.equal(JSON.parse(reply.body.toString()).error.startsWith(`Rules of the server protect "${name}".`), true);
}

test("files that rules refuse are neither shown, replaced nor removed, however their names are spelled", async (t) => {
  const site = await opened(t, [{ match: "**.key", refuse: true }]);
  site.have("a.key");
  site.have("a.txt");
  for (const name of ["a.key", "A.KEY", "new.key", "a.%E2%84%AAey"]) {
    assertProtected(await site.put(name), decodeURIComponent(name));
    assertProtected(await site.remove(name), decodeURIComponent(name));
  }
  assert.deepEqual(await site.list(), [["a.txt", true]]);
  assert.equal(site.content("a.key"), "old");
  assert.equal((await site.put("a.txt")).status, 201);
  assert.equal((await site.remove("a.txt")).status, 200);
});

test("the name of a file that rules refuse is not told, and that of the file which an upload would meet is", async (t) => {
  const site = await opened(t, [
    { match: "**.key", refuse: true },
    { match: "*", direction: "put", to: "backups/{name}" },
  ]);
  site.have("a.key");
  site.have("backups/a.cfg");
  assert.deepEqual(await site.list("?name=a.key"), []);
  assert.deepEqual(await site.list("?name=backups/a.key"), []);
  assert.deepEqual(await site.list("?name=a.cfg"), [["backups/a.cfg", true]]);
});

test("a file that may be fetched but not put is shown, and not removed", async (t) => {
  const site = await opened(t, [{ match: "boot/**", direction: "put", refuse: true }]);
  site.have("boot/kernel");
  assert.deepEqual(await site.list(), [["boot/kernel", false]]);
  assertProtected(await site.remove("boot/kernel"), "boot/kernel");
  assertProtected(await site.put("boot/kernel"), "boot/kernel");
  assert.equal(site.content("boot/kernel"), "old");
});

test("an upload goes where rules send it over TFTP, and nothing else is removed in its place", async (t) => {
  const site = await opened(t, [{ match: "*", direction: "put", to: "backups/{address}/{name}" }]);
  const stored = "backups/127.0.0.1/a.cfg";
  site.have(stored);
  site.have("a.cfg");
  const names: string[] = [];
  site.page.on("put", ({ name }) => names.push(name));
  const reply = await site.put("a.cfg");
  assert.deepEqual(JSON.parse(reply.body.toString()), { name: stored, sizeBytes: NEW.length });
  assert.deepEqual([site.content("a.cfg"), site.content(stored), names], ["old", "new", [stored]]);
  assertProtected(await site.remove("a.cfg"), "a.cfg");
  assert.deepEqual([site.content("a.cfg"), site.content(stored)], ["old", "new"]);
  assert.deepEqual(await site.list(), [
    ["a.cfg", false],
    [stored, true],
  ]);
  assert.equal((await site.remove(stored)).status, 200);
});

test("rules for other clients do not hold for users of the page, and rules for their address do", async (t) => {
  const site = await opened(t, [
    { match: "own", from: "127.0.0.1", refuse: true },
    { match: "others", from: "192.0.2.0/24", refuse: true },
  ]);
  assertProtected(await site.put("own"), "own");
  assert.equal((await site.put("others")).status, 201);
});

test("rules that reconfigure brings hold at once", async (t) => {
  const site = await opened(t, []);
  assert.equal((await site.put("a.key")).status, 201);
  const rules = [{ match: "*.key", refuse: true }];
  await site.server.reconfigure({ root: site.root, write: "overwrite", rules });
  assertProtected(await site.remove("a.key"), "a.key");
  assert.equal(site.content("a.key"), "new");
});

test("with ignoreRules users of the page change every file", async (t) => {
  const site = await opened(t, [{ refuse: true }], { ignoreRules: true });
  site.have("a.key");
  assert.deepEqual(await site.list(), [["a.key", true]]);
  assert.equal((await site.put("a.key")).status, 201);
  assert.equal((await site.remove("a.key")).status, 200);
});
