/** Requests for anything but a regular file that the server's user may open. */
import assert from "node:assert/strict";
import fs, { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { run, script } from "../../../support/program.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { ATTACK, folders, INSIDE } from "./two-folders.js";

describe("special files", () => {
  /** Requests a file that must be refused without being opened: opening some devices has side effects. */
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

  test("a request for a folder is refused", (t) => {
    assertRefused(t, folders(t).root, "sub");
  });

  test("a FIFO without a writer is refused at once", async (t) => {
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

  test("a name that uses a file as a folder is not found", (t) => {
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

test("files that the server's user may not read or write get ERROR 2", async (t) => {
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
