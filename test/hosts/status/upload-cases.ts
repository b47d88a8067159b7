/** Uploads: permissions, sizes, names, and incomplete ones. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { ask, askJson, OWN_HEADER, put, remove, type SiteOpener, talk } from "./site.js";
import { CONTENT, type Listing, OTHER, until } from "./site-data.js";

export function uploadCases(open: SiteOpener): void {
  for (const length of [0, 1, 511, 512, 70_000]) {
    test(`a file of ${length} bytes is uploaded completely`, async () => {
      await using site = await open({ files: {}, write: "new" });
      const content = OTHER.subarray(0, length);
      const reply = await put(site, "put.bin", content);
      assert.equal(reply.status, 201);
      assert.deepEqual(JSON.parse(reply.body.toString()), { name: "put.bin", sizeBytes: length });
      assert.deepEqual(site.contents("put.bin"), content);
      assert.deepEqual(site.litter(), []);
    });
  }

  test("if only new files may be uploaded, files can be neither replaced nor removed", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "new" });
    const reply = await put(site, "a", OTHER.subarray(0, 10));
    assert.equal(reply.status, 409);
    assert.match(JSON.parse(reply.body.toString()).error, /"a" already exists/);
    assert.equal((await remove(site, "a")).status, 403);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("if files may be overwritten, they can be replaced and removed", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    assert.equal((await put(site, "a", OTHER)).status, 201);
    assert.deepEqual(site.contents("a"), OTHER);
    assert.equal((await remove(site, "a")).status, 200);
    assert.equal(site.contents("a"), undefined);
    assert.equal((await remove(site, "a")).status, 404);
  });

  test("if TFTP clients may not write, users of the page may not either", async () => {
    await using site = await open({ files: { a: CONTENT } });
    assert.equal((await put(site, "new", CONTENT)).status, 403);
    assert.equal((await remove(site, "a")).status, 403);
    assert.equal(site.contents("new"), undefined);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("an upload may have the largest size of TFTP uploads, and not a byte more", async () => {
    await using site = await open({ files: {}, write: "new", maxSizeBytes: 1000 });
    assert.equal((await put(site, "fits", CONTENT.subarray(0, 1000))).status, 201);
    const reply = await put(site, "larger", CONTENT.subarray(0, 1001));
    assert.equal(reply.status, 413);
    assert.match(JSON.parse(reply.body.toString()).error, /"larger" has 1001 bytes; at most 1000 are allowed/);
    assert.equal(site.contents("larger"), undefined);
  });

  test("an upload without its size is refused", async () => {
    await using site = await open({ files: {}, write: "new" });
    const head = `PUT /api/files/a HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\n`;
    const isEnough = (text: string) => text.includes("\r\n\r\n");
    assert.match(await talk(site, `${head}\r\n`, isEnough), /^HTTP\/1\.1 411 /);
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`;
    assert.match(await talk(site, chunked, isEnough), /^HTTP\/1\.1 411 /);
    assert.equal(site.contents("a"), undefined);
  });

  const BAD_NAMES = [
    "",
    "..",
    "%2e%2e/outside",
    "a/../../outside",
    "..%2foutside",
    "..%5coutside",
    "a%00b",
    "a%0ab",
    "a%7f",
    "%ff",
    "%zz",
    "%4",
    "a".repeat(504),
  ];
  for (const name of BAD_NAMES) {
    test(`a name that TFTP refuses is refused on the page: ${name.slice(0, 40)}`, async () => {
      await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
      const put = await ask(site, `/api/files/${name}`, { method: "PUT", headers: OWN_HEADER, body: CONTENT });
      assert.equal(put.status, 400);
      const removed = await ask(site, `/api/files/${name}`, { method: "DELETE", headers: OWN_HEADER });
      assert.equal(removed.status, 400);
    });
  }

  test("bytes that are not UTF-8 mean no `..`", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    const path = "/api/files/%c0%ae%c0%ae/outside";
    assert.equal((await ask(site, path, { method: "PUT", headers: OWN_HEADER, body: CONTENT })).status, 404);
    assert.equal((await ask(site, path, { method: "DELETE", headers: OWN_HEADER })).status, 404);
  });

  test("names in paths are cleaned as in TFTP requests: slashes, folders, UTF-8", async () => {
    await using site = await open({ files: { "folder/a": CONTENT }, write: "overwrite" });
    const names: readonly (readonly [path: string, name: string])[] = [
      ["/./folder//b", "folder/b"],
      ["folder%5Cc", "folder/c"],
      ["sp%20ace%3F%23", "sp ace?#"],
      ["%C3%A4%F0%9F%93%84.txt", "ä📄.txt"],
    ];
    for (const [path, name] of names) {
      const reply = await ask(site, `/api/files/${path}`, { method: "PUT", headers: OWN_HEADER, body: CONTENT });
      assert.deepEqual(JSON.parse(reply.body.toString()), { name, sizeBytes: CONTENT.length });
      assert.deepEqual(site.contents(name), CONTENT, name);
    }
  });

  test("an aborted upload leaves the old file, and no temporary file", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    const socket = connect(site.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(uploadHead("a", OTHER.length));
    socket.write(OTHER.subarray(0, 30_000));
    await until(() => site.litter().length === 1);
    assert.deepEqual(site.contents("a"), CONTENT);
    socket.destroy();
    await until(() => site.litter().length === 0);
    assert.deepEqual(site.contents("a"), CONTENT);
  });

  test("an upload appears under its name when all of it has arrived", async () => {
    await using site = await open({ files: {}, write: "new" });
    const socket = connect(site.port, "127.0.0.1");
    socket.write(uploadHead("a", OTHER.length));
    socket.write(OTHER.subarray(0, OTHER.length - 1));
    await until(() => site.litter().length === 1);
    assert.equal(site.contents("a"), undefined);
    assert.deepEqual((await askJson<Listing>(site, "/api/files")).files, []);
    socket.end(OTHER.subarray(OTHER.length - 1));
    await until(() => site.contents("a") !== undefined);
    assert.deepEqual(site.contents("a"), OTHER);
    socket.destroy();
  });
}

function uploadHead(name: string, length: number): string {
  return `PUT /api/files/${name} HTTP/1.1\r\nHost: localhost\r\nX-Lockstep-TFTP: 1\r\nContent-Length: ${length}\r\n\r\n`;
}
