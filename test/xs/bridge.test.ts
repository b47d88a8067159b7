/** Real clients upload and download files of two megabytes through the engine on XS. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { hasProgram, run } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { Bridge } from "./support/bridge.js";

/** Not a multiple of the block size. */
const FILE_BYTES = 2 * 1024 * 1024 + 100;
const CURL = "curl";
const TFTP_HPA = "tftp";
const missing = [CURL, TFTP_HPA].filter((program) => !hasProgram(program));
const skip = missing.length > 0 && `${missing.join(" and ")} not installed`;

async function started(t: TestContext): Promise<Bridge> {
  const bridge = await Bridge.start();
  t.after(() => bridge.stop());
  return bridge;
}

function curl({ port }: Bridge, remote: string, ...words: readonly string[]): ReturnType<typeof run> {
  return run(CURL, ["-sS", ...words, `tftp://127.0.0.1:${port}/${remote}`]);
}

function tftp({ port }: Bridge, ...words: readonly string[]): ReturnType<typeof run> {
  return run(TFTP_HPA, ["127.0.0.1", String(port), "-m", "octet", "-c", ...words]);
}

function hash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A file to upload, and a path for the download. */
function files(t: TestContext): { original: string; fetched: string } {
  const folder = temporaryFolder(t);
  const original = path.join(folder, "original");
  writeFileSync(original, randomBytes(FILE_BYTES));
  return { original, fetched: path.join(folder, "fetched") };
}

test("XS serves real clients: curl uploads a file, tftp-hpa downloads it", { skip }, async (t) => {
  const bridge = await started(t);
  const { original, fetched } = files(t);
  assert.equal((await curl(bridge, "recovery.bin", "-T", original)).code, 0);
  assert.equal((await tftp(bridge, "get", "recovery.bin", fetched)).code, 0);
  assert.equal(hash(fetched), hash(original));
});

test("XS serves real clients: tftp-hpa uploads a file, curl downloads it", { skip }, async (t) => {
  const bridge = await started(t);
  const { original, fetched } = files(t);
  assert.equal((await tftp(bridge, "put", original, "recovery.bin")).code, 0);
  assert.equal((await curl(bridge, "recovery.bin", "-o", fetched)).code, 0);
  assert.equal(hash(fetched), hash(original));
});

test("XS serves real clients: curl is told that a file does not exist", { skip }, async (t) => {
  const bridge = await started(t);
  const { code } = await curl(bridge, "missing.bin");
  // curl's code for ERROR 1 of RFC 1350 §5.
  assert.equal(code, 68);
});
