/**
 * A folder as storage: what is served, what is refused, and that nothing outside the folder is touched. What becomes of
 * uploads has a file of its own.
 */
import assert from "node:assert/strict";
import fs, {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  FORBIDDEN,
  NOT_FOUND,
} from "lockstep-tftp/engine";
import { run, script } from "../../../support/program.js";
import { ErrorAnswer, fetchFile, putFile } from "../../../support/retrying-client.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const SECRET = "nobody may see this";
const INSIDE = Buffer.from("everybody may see this");
const ATTACK = Buffer.from("written by an attacker");

/** Two folders side by side: one to serve, and one with a secret that must stay as it is. */
function folders(test: TestContext): { root: string; outside: string } {
  const parent = temporaryFolder(test);
  const root = path.join(parent, "served");
  const outside = path.join(parent, "outside");
  mkdirSync(path.join(root, "sub"), { recursive: true });
  mkdirSync(path.join(outside, "deep"), { recursive: true });
  writeFileSync(path.join(root, "file.txt"), INSIDE);
  writeFileSync(path.join(root, "sub/file.txt"), INSIDE);
  writeFileSync(path.join(outside, "secret"), SECRET);
  writeFileSync(path.join(outside, "deep/secret"), SECRET);
  return { root, outside };
}

function assertUntouched(outside: string): void {
  const found = readdirSync(outside, { recursive: true, encoding: "utf8" }).sort();
  assert.deepEqual(found, ["deep", "deep/secret", "secret"]);
  assert.equal(readFileSync(path.join(outside, "secret"), "utf8"), SECRET);
  assert.equal(readFileSync(path.join(outside, "deep/secret"), "utf8"), SECRET);
}

describe("names that lead out of the folder", () => {
  /** Each with the error codes that are right: there is no such file inside, or the name is refused as such. */
  const NAMES: readonly (readonly [name: string, ...errorCodes: number[]])[] = [
    ["../outside/secret", ERROR_ACCESS_VIOLATION],
    ["sub/../../outside/secret", ERROR_ACCESS_VIOLATION],
    ["..\\outside\\secret", ERROR_ACCESS_VIOLATION],
    ["sub\\..\\..\\outside\\secret", ERROR_ACCESS_VIOLATION],
    ["./../outside/secret", ERROR_ACCESS_VIOLATION],
    ["/../outside/secret", ERROR_ACCESS_VIOLATION],
    ["..", ERROR_ACCESS_VIOLATION],
    ["/", ERROR_ACCESS_VIOLATION],
    [".", ERROR_ACCESS_VIOLATION],
    // What follows the zero byte is the mode then, and no known one.
    ["../outside/secret\0.txt", ERROR_ILLEGAL_OPERATION],
    ["sub/file.txt\0/../../outside/secret", ERROR_ILLEGAL_OPERATION],
  ];

  for (const [name, errorCode] of NAMES) {
    test(`${JSON.stringify(name)} is refused on the wire`, async (t) => {
      const { root, outside } = folders(t);
      const { port } = await serving(t, { root, write: "overwrite" });
      await assert.rejects(fetchFile(name, { port }), { errorCode });
      await assert.rejects(putFile(name, ATTACK, { port }), { errorCode });
      assertUntouched(outside);
    });
  }

  test("the storage refuses them, too, when a program hands it a raw name", (t) => {
    const { root, outside } = folders(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["../outside/secret", "sub/../../outside/secret", "..", ".", ""]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assert.ok((contentOf(storage, "../outside/secret\0.txt") as number) < 0);
    assert.ok(store(storage, "../outside/new\0.txt", ATTACK) < 0);
    assertUntouched(outside);
  });

  test("an absolute name means the file of that path below the folder", async (t) => {
    const { root, outside } = folders(t);
    const { port } = await serving(t, { root, write: "new" });
    await assert.rejects(fetchFile(path.join(outside, "secret"), { port }), { errorCode: ERROR_FILE_NOT_FOUND });
    await assert.rejects(putFile(path.join(outside, "secret"), ATTACK, { port }), { errorCode: ERROR_FILE_NOT_FOUND });
    assert.deepEqual((await fetchFile("/sub/file.txt", { port })).content, INSIDE);
    await putFile("/sub/new.txt", INSIDE, { port });
    assert.deepEqual(readFileSync(path.join(root, "sub/new.txt")), INSIDE);
    assertUntouched(outside);
  });

  test("a backslash separates folders", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    assert.deepEqual((await fetchFile("\\sub\\file.txt", { port })).content, INSIDE);
  });
});

describe("symbolic links", () => {
  /** Links of the served folder with where they lead, and the names by which they are tried. */
  const LEAVING: readonly (readonly [what: string, link: string, target: string, name: string])[] = [
    ["a link to a file outside", "link", "../outside/secret", "link"],
    ["a link to a folder outside", "link", "../outside", "link/secret"],
    ["a file below the folder that a link leads to", "link", "../outside", "link/deep/secret"],
    ["a link in a folder", "sub/link", "../../outside", "sub/link/secret"],
    ["a link to the folder above", "link", "..", "link/outside/secret"],
    ["a link to a file that lies outside but begins with the same letters", "link", "../served-not/secret", "link"],
  ];

  for (const [what, link, target, name] of LEAVING) {
    for (const kind of ["relative", "absolute"]) {
      test(`${what} is refused (${kind})`, (t) => {
        const { root, outside } = folders(t);
        const notServed = path.join(path.dirname(root), "served-not");
        mkdirSync(notServed);
        writeFileSync(path.join(notServed, "secret"), SECRET);
        const linked = path.join(root, link);
        symlinkSync(kind === "relative" ? target : path.resolve(path.dirname(linked), target), linked);
        const storage = new DirectoryStorage(root, { write: "overwrite" });
        assert.equal(contentOf(storage, name), FORBIDDEN);
        assert.equal(store(storage, name, ATTACK), FORBIDDEN);
        if (name !== link) {
          assert.equal(store(storage, path.join(path.dirname(name), "new"), ATTACK), FORBIDDEN);
        }
        assertUntouched(outside);
        assert.equal(readFileSync(path.join(notServed, "secret"), "utf8"), SECRET);
      });
    }
  }

  test("a link to a link that leads outside is refused", (t) => {
    const { root, outside } = folders(t);
    symlinkSync("../outside", path.join(root, "second"));
    symlinkSync("second", path.join(root, "first"));
    symlinkSync("first/secret", path.join(root, "file-link"));
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["first/secret", "first/deep/secret", "file-link"]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assertUntouched(outside);
  });

  test("links that stay inside are followed, for reading and for writing", (t) => {
    const { root } = folders(t);
    symlinkSync("sub/file.txt", path.join(root, "link"));
    symlinkSync("sub", path.join(root, "folder-link"));
    symlinkSync(path.join(root, "folder-link"), path.join(root, "absolute-link"));
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["link", "folder-link/file.txt", "absolute-link/file.txt"]) {
      assert.deepEqual(contentOf(storage, name), INSIDE, name);
      const content = Buffer.from(`by way of ${name}`);
      assert.equal(store(storage, name, content), 0, name);
      assert.deepEqual(readFileSync(path.join(root, "sub/file.txt")), content, name);
      writeFileSync(path.join(root, "sub/file.txt"), INSIDE);
    }
    assert.equal(readlinkSync(path.join(root, "link")), "sub/file.txt", "the link is a link still");
  });

  test("the served folder itself may be a link", (t) => {
    const { root } = folders(t);
    const link = path.join(path.dirname(root), "link-to-served");
    symlinkSync("served", link);
    assert.deepEqual(contentOf(new DirectoryStorage(link), "sub/file.txt"), INSIDE);
  });

  test("a broken link is not found, a circle of links is refused", (t) => {
    const { root } = folders(t);
    symlinkSync("nothing", path.join(root, "broken"));
    symlinkSync("circle", path.join(root, "circle"));
    const storage = new DirectoryStorage(root);
    assert.equal(contentOf(storage, "broken"), NOT_FOUND);
    assert.equal(contentOf(storage, "circle"), FORBIDDEN);
    assert.equal(contentOf(storage, "circle/file.txt"), FORBIDDEN);
  });
});

describe("what is no regular file", () => {
  /** Refused without being opened: to open some devices has effects of its own. */
  function assertRefused({ mock }: TestContext, root: string, name: string): void {
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    const { calls } = mock.method(fs, "openSync").mock;
    assert.equal(contentOf(storage, name), FORBIDDEN);
    assert.equal(store(storage, name, ATTACK), FORBIDDEN);
    assert.deepEqual(
      calls.map(({ arguments: [opened] }) => opened),
      [],
    );
    mock.restoreAll();
  }

  test("a folder is refused", (t) => {
    assertRefused(t, folders(t).root, "sub");
  });

  test("a FIFO is refused at once, though nobody writes to it", async (t) => {
    const { root } = folders(t);
    await run("mkfifo", [path.join(root, "fifo")]);
    symlinkSync("fifo", path.join(root, "link"));
    assertRefused(t, root, "fifo");
    assertRefused(t, root, "link");
  });

  test("a socket is refused", async (t) => {
    const { root } = folders(t);
    const listener = net.createServer();
    t.after(() => listener.close());
    await new Promise<void>((resolve) => listener.listen(path.join(root, "socket"), resolve));
    assertRefused(t, root, "socket");
  });

  test("a device is refused", { skip: UNLESS_ROOT }, async (t) => {
    const { root } = folders(t);
    const [LIKE_DEV_ZERO, LIKE_DEV_LOOP] = [
      ["c", "1", "5"],
      ["b", "7", "0"],
    ];
    for (const [name, device] of Object.entries({ character: LIKE_DEV_ZERO, block: LIKE_DEV_LOOP })) {
      const { code, stderr } = await run("mknod", [path.join(root, name), ...(device as string[])]);
      assert.equal(code, 0, stderr);
      assertRefused(t, root, name);
    }
  });

  test("a link to a device is refused", (t) => {
    const { root } = folders(t);
    symlinkSync("/dev/zero", path.join(root, "link"));
    assertRefused(t, root, "link");
  });

  test("a file used as a folder is not found", (t) => {
    const storage = new DirectoryStorage(folders(t).root, { write: "overwrite" });
    assert.equal(contentOf(storage, "file.txt/file.txt"), NOT_FOUND);
    assert.equal(store(storage, "file.txt/new", ATTACK), NOT_FOUND);
  });

  test("a name that is too long for the file system is not found", (t) => {
    const storage = new DirectoryStorage(folders(t).root, { write: "overwrite" });
    assert.equal(contentOf(storage, "x".repeat(300)), NOT_FOUND);
    assert.equal(store(storage, "x".repeat(300), ATTACK), NOT_FOUND);
  });
});

test("ERROR 2 for what the user of the server may not read or write", async (t) => {
  const { root } = folders(t);
  mkdirSync(path.join(root, "closed"));
  mkdirSync(path.join(root, "open"));
  writeFileSync(path.join(root, "closed/file.txt"), INSIDE);
  writeFileSync(path.join(root, "unreadable"), INSIDE);
  writeFileSync(path.join(root, "open/read-only"), INSIDE);
  for (const [name, mode] of Object.entries({ ".": 0o755, closed: 0, unreadable: 0, open: 0o777 })) {
    chmodSync(path.join(root, name), mode);
  }
  chmodSync(path.join(root, "open/read-only"), 0o444);
  chmodSync(path.dirname(root), 0o755);
  const tasks = {
    "read:file.txt": "done",
    "read:unreadable": FORBIDDEN,
    "read:closed/file.txt": FORBIDDEN,
    "write:closed/new": FORBIDDEN,
    "write:unreadable": FORBIDDEN,
    "write:open/read-only": FORBIDDEN,
    "write:open/new": "done",
  };
  const words = [script("./storage-as-nobody.js", import.meta.url), root, ...Object.keys(tasks)];
  const { stdout, stderr } = await run(process.execPath, words);
  chmodSync(path.join(root, "closed"), 0o755);
  assert.deepEqual(JSON.parse(stdout), Object.values(tasks), stderr);
  for (const name of ["unreadable", "open/read-only"]) {
    chmodSync(path.join(root, name), 0o644);
    assert.deepEqual(readFileSync(path.join(root, name)), INSIDE, name);
  }
});

describe("a file that changes while it is sent", () => {
  const SIZE_BYTES = 20 * 512;
  const CONTENT = seededBytes(1, SIZE_BYTES);

  for (const [what, length] of [
    ["loses its second half", SIZE_BYTES / 2],
    ["loses one byte", SIZE_BYTES - 1],
    ["loses everything", 0],
  ] as const) {
    for (const mode of ["octet", "netascii"]) {
      test(`a file that ${what} ends in an ERROR, not in a short file (${mode})`, async (t) => {
        const { root } = folders(t);
        writeFileSync(path.join(root, "changing"), CONTENT);
        const { port } = await serving(t, { root });
        const step = (blocks: number): void => {
          if (blocks === 2) {
            truncateSync(path.join(root, "changing"), length);
          }
        };
        await assert.rejects(fetchFile("changing", { port, mode, step }), { errorCode: ERROR_NOT_DEFINED });
      });
    }
  }

  test("a file that grows is sent as large as it was", async (t) => {
    const { root } = folders(t);
    writeFileSync(path.join(root, "changing"), CONTENT);
    const { port } = await serving(t, { root });
    const step = (): void => appendFileSync(path.join(root, "changing"), "and more");
    const fetched = await fetchFile("changing", { port, options: { tsize: 0 }, step });
    assert.equal(fetched.granted?.tsize, SIZE_BYTES);
    assert.deepEqual(fetched.content, CONTENT);
  });

  test("a file that gets a successor of the same name is sent as it was", async (t) => {
    const { root } = folders(t);
    writeFileSync(path.join(root, "changing"), CONTENT);
    const { port } = await serving(t, { root, write: "overwrite" });
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 2) {
        await putFile("changing", ATTACK, { port });
      }
    };
    assert.deepEqual((await fetchFile("changing", { port, step })).content, CONTENT);
    assert.deepEqual((await fetchFile("changing", { port })).content, ATTACK);
  });
});

describe("case", () => {
  function mixedCaseFolder(test: TestContext): string {
    const { root } = folders(test);
    mkdirSync(path.join(root, "Boot"));
    writeFileSync(path.join(root, "Boot/BCD"), "mixed");
    writeFileSync(path.join(root, "both"), "small");
    writeFileSync(path.join(root, "BOTH"), "capital");
    return root;
  }

  test("counts by default", (t) => {
    const storage = new DirectoryStorage(mixedCaseFolder(t));
    assert.equal(contentOf(storage, "boot/bcd"), NOT_FOUND);
    assert.deepEqual(contentOf(storage, "Boot/BCD"), Buffer.from("mixed"));
  });

  test("does not count with ignoreCase, but an exact name goes first", (t) => {
    const storage = new DirectoryStorage(mixedCaseFolder(t), { ignoreCase: true });
    for (const name of ["boot/bcd", "BOOT/bcd", "Boot/BCD"]) {
      assert.deepEqual(contentOf(storage, name), Buffer.from("mixed"), name);
    }
    assert.deepEqual(contentOf(storage, "both"), Buffer.from("small"));
    assert.deepEqual(contentOf(storage, "BOTH"), Buffer.from("capital"));
    assert.equal(contentOf(storage, "boot/bce"), NOT_FOUND);
    assert.equal(contentOf(storage, "boo/bcd"), NOT_FOUND);
  });

  test("does not make a second file of an upload with ignoreCase", (t) => {
    const root = mixedCaseFolder(t);
    const storage = new DirectoryStorage(root, { ignoreCase: true, write: "overwrite" });
    assert.equal(store(storage, "boot/bcd", ATTACK), 0);
    assert.equal(store(storage, "BOOT/new", ATTACK), 0);
    assert.deepEqual(readdirSync(path.join(root, "Boot")).sort(), ["BCD", "new"]);
    assert.deepEqual(readFileSync(path.join(root, "Boot/BCD")), ATTACK);
  });

  test("leads nowhere outside with ignoreCase", (t) => {
    const { root, outside } = folders(t);
    symlinkSync("../outside", path.join(root, "Link"));
    const storage = new DirectoryStorage(root, { ignoreCase: true, write: "overwrite" });
    for (const name of ["link/SECRET", "LINK/secret", "../OUTSIDE/secret"]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assertUntouched(outside);
  });
});

describe("what clients may do", () => {
  test("a server may be read only, which is the default", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    assert.deepEqual((await fetchFile("file.txt", { port })).content, INSIDE);
    for (const name of ["file.txt", "new.txt"]) {
      await assert.rejects(putFile(name, ATTACK, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    }
    assert.deepEqual(readFileSync(path.join(root, "file.txt")), INSIDE);
    assert.deepEqual(readdirSync(root).sort(), ["file.txt", "sub"]);
  });

  test("a server may be write only", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root, read: false, write: "new" });
    await putFile("new.txt", INSIDE, { port });
    assert.deepEqual(readFileSync(path.join(root, "new.txt")), INSIDE);
    for (const name of ["file.txt", "new.txt", "nothing.txt"]) {
      await assert.rejects(fetchFile(name, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    }
  });

  test("the text of an ERROR has neither the name nor the folder", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    for (const name of ["nothing.txt", "sub", "../x"]) {
      await assert.rejects(fetchFile(name, { port }), (error) => {
        assert.ok(error instanceof ErrorAnswer);
        assert.doesNotMatch(error.message, /nothing|sub|served|\//);
        return true;
      });
    }
  });
});

test("there is no server without a folder", (t) => {
  const { root } = folders(t);
  assert.throws(() => new DirectoryStorage(path.join(root, "nothing")), { code: "ENOENT" });
  assert.throws(() => new DirectoryStorage(path.join(root, "file.txt")), { code: "ENOTDIR" });
});
