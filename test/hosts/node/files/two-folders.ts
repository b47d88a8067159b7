/** A served folder, and one outside that no client may touch. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export const SECRET = "no client may see this";
export const INSIDE = Buffer.from("every client may see this");
export const ATTACK = Buffer.from("written by an attacker");

/** Makes two folders side by side: one to serve, and one with a secret that must stay as it is. */
export function folders(test: TestContext): { root: string; outside: string } {
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

export function assertUntouched(outside: string): void {
  const found = readdirSync(outside, { recursive: true, encoding: "utf8" }).sort();
  assert.deepEqual(found, ["deep", "deep/secret", "secret"]);
  assert.equal(readFileSync(path.join(outside, "secret"), "utf8"), SECRET);
  assert.equal(readFileSync(path.join(outside, "deep/secret"), "utf8"), SECRET);
}
