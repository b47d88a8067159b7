/** Names of unfinished uploads, as a server of this machine makes them. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal } from "lockstep-tftp/engine";

const RANDOM = "0123456789abcdef";

/** The part of a name that stands for this machine. */
export const OWN_PLACE = ownPlace();

function ownPlace(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
  try {
    const file = new DirectoryStorage(folder, { write: "new" }).openForWriting("file", -1);
    assert.ok(!isRefusal(file));
    const [name = ""] = readdirSync(folder);
    file.close();
    const [, place] = /^\.tftp-upload-([0-9a-f]{8})-/.exec(name) ?? [];
    assert.ok(place !== undefined, name);
    return place;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function temporaryName(processNumber: number, place = OWN_PLACE, random = RANDOM): string {
  return `.tftp-upload-${place}-${processNumber}-${random}`;
}
