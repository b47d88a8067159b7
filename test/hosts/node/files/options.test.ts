/** Options of a folder that are not what they must be allow nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DirectoryOptions, DirectoryStorage, TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { temporaryFolder } from "../../../support/temporary-folder.js";

for (const [options, message] of [
  [{ write: true }, 'write is true; it must be "never", "new" or "overwrite"'],
  [{ write: false }, 'write is false; it must be "never", "new" or "overwrite"'],
  [{ write: "" }, 'write is ; it must be "never", "new" or "overwrite"'],
  [{ write: "read-only" }, 'write is read-only; it must be "never", "new" or "overwrite"'],
  [{ write: "Overwrite" }, 'write is Overwrite; it must be "never", "new" or "overwrite"'],
  [{ read: "false" }, 'read is "false"; it must be true or false'],
  [{ ignoreCase: "no" }, 'ignoreCase is "no"; it must be true or false'],
  [{ checksums: 0 }, "checksums is 0; it must be true or false"],
] as const) {
  test(`a folder rejects the options ${JSON.stringify(options)}`, async (t) => {
    const root = temporaryFolder(t);
    const wrong = options as unknown as DirectoryOptions;
    assert.throws(() => new DirectoryStorage(root, wrong), { name: "TypeError", message });
    assert.throws(() => new TftpServer({ root, ...wrong }), { name: "TypeError", message });
    const server = new TftpServer({ root });
    await assert.rejects(server.reconfigure({ root, ...wrong }), { name: "TypeError", message });
  });
}

for (const [title, options, message] of [
  ["no options", undefined, /needs either a root/],
  ["a storage without methods", { storage: {} }, /^storage has no method openForReading$/],
  ["null for a storage", { storage: null }, /^storage has no method openForReading$/],
] as const) {
  test(`a server rejects ${title}`, () => {
    assert.throws(() => new TftpServer(options as unknown as TftpServerOptions), { name: "TypeError", message });
  });
}
