/** Links that lead out of the served folder, into folders that the owner has named. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage, type ListedFile } from "lockstep-tftp";
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { commandLine } from "../cli/command-line.js";

const IMAGE = Buffer.from("image");
const SECRET = Buffer.from("secret");
const ATTACK = Buffer.from("attack");

/** A served folder with links into a folder `build`, and beside it one that no link may lead into. */
function place(test: TestContext): { parent: string; root: string; build: string } {
  const parent = temporaryFolder(test);
  const root = path.join(parent, "served");
  const build = path.join(parent, "build");
  for (const folder of [root, path.join(build, "arm"), path.join(parent, "build-not")]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(path.join(build, "zImage"), IMAGE);
  writeFileSync(path.join(build, "arm/zImage"), IMAGE);
  writeFileSync(path.join(parent, "build-not/secret"), SECRET);
  writeFileSync(path.join(parent, "secret"), SECRET);
  for (const [link, target] of Object.entries({
    zImage: "../build/zImage",
    absolute: path.join(build, "zImage"),
    images: "../build",
    chain: "images/arm/zImage",
    secret: "../secret",
    "secret-folder": "../build-not",
    above: "..",
  })) {
    symlinkSync(target, path.join(root, link));
  }
  symlinkSync("../build-not/secret", path.join(build, "further"));
  return { parent, root, build };
}

const LED_INTO = ["zImage", "absolute", "images/zImage", "images/arm/zImage", "chain"];
const LED_ELSEWHERE = ["secret", "secret-folder/secret", "images/further", "above/secret", "above/build-not/secret"];

describe("linksInto", () => {
  test("links that lead into the folder are followed, to files and to folders, and no others", (t) => {
    const { root, build } = place(t);
    const storage = new DirectoryStorage(root, { linksInto: [build], checksums: true });
    for (const name of LED_INTO) {
      assert.deepEqual(contentOf(storage, name), IMAGE, name);
      assert.match(String(contentOf(storage, `${name}.sha256`)), / zImage\n$| absolute\n$| chain\n$/, name);
    }
    for (const name of LED_ELSEWHERE) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
    }
    assert.equal(contentOf(storage, "images/missing"), NOT_FOUND);
    assert.equal(contentOf(storage, "images"), FORBIDDEN, "a folder");
  });

  test("without it no link leads out", (t) => {
    const { root } = place(t);
    const storage = new DirectoryStorage(root);
    for (const name of [...LED_INTO, ...LED_ELSEWHERE]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
    }
  });

  test("a small file that is kept is refused once its link leads elsewhere", (t) => {
    const { parent, root, build } = place(t);
    symlinkSync("../build", path.join(root, "moving"));
    const storage = new DirectoryStorage(root, { linksInto: [build] });
    assert.deepEqual(contentOf(storage, "moving/zImage"), IMAGE);
    writeFileSync(path.join(parent, "build-not/zImage"), SECRET);
    symlinkSync("../build-not", path.join(root, "next"));
    renameSync(path.join(root, "next"), path.join(root, "moving"));
    storage.removeFile("nothing");
    assert.equal(contentOf(storage, "moving/zImage"), FORBIDDEN);
  });

  test("nothing is written, replaced or removed there", (t) => {
    const { root, build } = place(t);
    const storage = new DirectoryStorage(root, { linksInto: [build], write: "overwrite" });
    for (const name of ["zImage", "images/zImage", "images/new", "images/arm/new", "chain"]) {
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
      assert.ok(storage.removeFile(name) < 0, name);
    }
    assert.deepEqual(readdirSync(build).sort(), ["arm", "further", "zImage"]);
    assert.deepEqual(readFileSync(path.join(build, "zImage")), IMAGE);
  });

  test("the list shows links to files there, which cannot be removed", async (t) => {
    const { root, build } = place(t);
    const storage = new DirectoryStorage(root, { linksInto: [build], write: "overwrite" });
    const files: ListedFile[] = [];
    await storage.listFiles((file) => files.push(file) > 0);
    assert.deepEqual(files.map(({ name, isRemovable }) => [name, isRemovable]).sort(), [
      ["absolute", false],
      ["chain", false],
      ["zImage", false],
    ]);
  });

  test("a folder that is missing, a file, or not a list is an error that names it", (t) => {
    const { parent, root, build } = place(t);
    for (const [linksInto, problem] of [
      [[path.join(parent, "missing")], /missing", which links may lead into, does not exist/],
      [[build, path.join(parent, "secret")], /secret", which links may lead into, is not a folder/],
      [[""], /"", which links may lead into, does not exist/],
      ["/srv", /linksInto is "\/srv"; it must be a list/],
    ] as const) {
      assert.throws(() => new DirectoryStorage(root, { linksInto: linksInto as readonly string[] }), problem);
    }
  });
});

describe("--links-into", () => {
  test("--links-into is repeatable, may be relative, and the log names it where a link leads out", async (t) => {
    const { parent, root, build } = place(t);
    const words = [
      root,
      "--links-into",
      path.relative(process.cwd(), build),
      "--links-into",
      path.join(parent, "build-not"),
    ];
    const server = await ServerProcess.start(t, [...words, "--overwrite"]);
    const { port } = server;
    for (const [name, content] of [
      ["images/zImage", IMAGE],
      ["images/further", SECRET],
    ] as const) {
      assert.deepEqual((await fetchFile(name, { port })).content, content);
    }
    await assert.rejects(fetchFile("secret", { port }), { message: "ERROR 2: Access violation" });
    await server.line(
      new RegExp(
        `gets "secret": a link leads out of the folder, to "${parent}/secret" \\(--links-into "${parent}" follows it\\)$`,
      ),
    );
    await assert.rejects(putFile("images/new", ATTACK, { port }), { errorCode: 2 });
    await server.line(
      new RegExp(`puts "images/new": a link leads out of the folder, to "${build}", where nothing is written$`),
    );
  });

  test("the setting links-into is relative to its file, and SIGHUP applies it", async (t) => {
    const { parent, root } = place(t);
    const file = path.join(parent, "tftp.toml");
    const write = (...lines: string[]) => writeFileSync(file, ['root = "served"', ...lines].join("\n"));
    write();
    const server = await ServerProcess.start(t, ["--config", file, "--log", "json"]);
    const { port } = server;
    await assert.rejects(fetchFile("zImage", { port }), { errorCode: 2 });
    write('links-into = "build"');
    server.signal("SIGHUP");
    await server.line(/"event":"reloaded"/);
    assert.deepEqual((await fetchFile("zImage", { port })).content, IMAGE);
    write('links-into = ["build", "gone"]');
    server.signal("SIGHUP");
    await server.line(/"event":"reload-failed".*gone\\", which links may lead into, does not exist/);
    assert.deepEqual((await fetchFile("zImage", { port })).content, IMAGE, root);
  });

  test("--links-into with a missing folder keeps the server from starting, and one line says why", async (t) => {
    const { root } = place(t);
    const { code, stderr } = await commandLine("serve", root, "--port", "0", "--links-into", "nowhere");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^lockstep-tftp: "nowhere", which links may lead into, does not exist; name a folder that exists\n$/,
    );
  });
});
