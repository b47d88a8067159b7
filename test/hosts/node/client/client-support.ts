/** Servers, URLs and expected errors for the tests of `get` and `put`. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { TftpError, type TftpErrorCode } from "lockstep-tftp";
import { seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";

export const CONTENT = seededBytes(1, 20 * 512 + 100);
/** Short enough for a test to wait, and long enough not to give up by chance: a process may not run for some 100 ms. */
export const SHORT_TIMES = { giveUpMs: 1500, initialIntervalMs: 50, maxIntervalMs: 50 };

export function url(port: number, name: string, host = LOOPBACK): string {
  return `tftp://${host}:${port}/${name}`;
}

/** Opens a server that allows uploads. */
export async function openServer(
  t: TestContext,
  files: Record<string, Uint8Array> = { file: CONTENT },
): Promise<ServedFolder> {
  const folder = await ServedFolder.open(files, { write: "overwrite" });
  t.after(() => folder[Symbol.asyncDispose]());
  return folder;
}

/** Makes a validator for `assert.rejects`. */
export function tftpError(code: TftpErrorCode, message: RegExp, details: Partial<TftpError> = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof TftpError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    for (const [name, value] of Object.entries(details)) {
      assert.equal(error[name as keyof TftpError], value, name);
    }
    return true;
  };
}
