/** Folders that rules make for uploads: where, with which limits, and what is left of an upload that fails. */
import assert from "node:assert/strict";
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage, type NameRule, NameRules, NOT_FOUND, RuleStorage, type WritableFile } from "lockstep-tftp";
import { DISK_FULL, FORBIDDEN } from "lockstep-tftp/engine";
import { setHostClock } from "../../../support/host-clock.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";

const CLIENT = "192.0.2.7";
const BYTES = new DataView(Buffer.from("content").buffer.slice(0));
const TO_BACKUPS: NameRule = { direction: "put", to: "backups/{address}/{name}", makeFolders: true };

class Place {
  readonly root: string;
  readonly storage: RuleStorage;

  constructor(t: TestContext, rule: NameRule = TO_BACKUPS) {
    this.root = temporaryFolder(t);
    const clock = () => new Date("2026-11-28T23:59:07.999Z");
    this.storage = new RuleStorage(
      new DirectoryStorage(this.root, { write: "overwrite" }),
      new NameRules([rule], { clock }),
    );
  }

  open(name: string): WritableFile {
    const file = this.storage.openForWriting(name, -1, CLIENT);
    assert.ok(typeof file === "object", `${name}: ${file}`);
    return file;
  }

  put(name: string): void {
    const file = this.open(name);
    assert.equal(file.write(BYTES, 0, BYTES.byteLength, 0), 0);
    assert.equal(file.commit(), 0);
    file.close();
  }

  get entries(): string[] {
    return readdirSync(this.root, { recursive: true, encoding: "utf8" }).sort();
  }
}

test("an upload makes the folders of its rule, and keeps them", (t) => {
  const place = new Place(t);
  place.put("sw1");
  place.put("sw1");
  assert.deepEqual(place.entries, ["backups", "backups/192.0.2.7", "backups/192.0.2.7/sw1"]);
});

test("{date} and {time} are those of the clock, in UTC, without characters that a file system refuses", (t) => {
  const place = new Place(t, { to: "{date}/{time}-{name}", makeFolders: true });
  place.put("sw1");
  assert.deepEqual(place.entries, ["2026-11-28", "2026-11-28/23-59-07-sw1"]);
});

test("without makeFolders the folders of a rule must exist", (t) => {
  const place = new Place(t, { ...TO_BACKUPS, makeFolders: false });
  assert.equal(place.storage.openForWriting("sw1", -1, CLIENT), NOT_FOUND);
  assert.deepEqual(place.entries, []);
});

describe("an upload that fails", () => {
  test("an upload that does not become complete leaves no folder that was made for it", (t) => {
    const place = new Place(t);
    mkdirSync(path.join(place.root, "backups"));
    place.open("sw1").close();
    assert.deepEqual(place.entries, ["backups"]);
  });

  test("of two uploads into a new folder the last one to fail leaves no folder", (t) => {
    const place = new Place(t);
    const [first, second] = [place.open("sw1"), place.open("sw2")];
    first.close();
    assert.equal(hiddenFiles(place.root).length, 1);
    second.close();
    assert.deepEqual(place.entries, []);
  });

  test("an upload that fails leaves a folder in which another one has completed", (t) => {
    const place = new Place(t);
    const failing = place.open("sw1");
    place.put("sw2");
    failing.close();
    assert.ok(existsSync(path.join(place.root, "backups/192.0.2.7/sw2")));
  });

  test("an upload that is refused because of its size leaves no folder", (t) => {
    const place = new Place(t);
    assert.equal(place.storage.openForWriting("sw1", Number.MAX_SAFE_INTEGER, CLIENT), DISK_FULL);
    assert.deepEqual(place.entries, []);
  });
});

describe("folders are made within the served folder only", () => {
  test("no folder is made through a link that leads out", (t) => {
    const place = new Place(t);
    const outside = temporaryFolder(t);
    symlinkSync(outside, path.join(place.root, "backups"));
    assert.equal(place.storage.openForWriting("sw1", -1, CLIENT), FORBIDDEN);
    assert.deepEqual(readdirSync(outside), []);
  });

  test("no folder is made through a link that leads nowhere", (t) => {
    const place = new Place(t);
    const missing = path.join(temporaryFolder(t), "missing");
    symlinkSync(missing, path.join(place.root, "backups"));
    assert.equal(place.storage.openForWriting("sw1", -1, CLIENT), NOT_FOUND);
    assert.equal(existsSync(missing), false);
  });

  test("a file in place of a folder stays", (t) => {
    const place = new Place(t);
    writeFileSync(path.join(place.root, "backups"), "file");
    assert.equal(place.storage.openForWriting("sw1", -1, CLIENT), NOT_FOUND);
    assert.equal(readFileSync(path.join(place.root, "backups"), "utf8"), "file");
  });
});

describe("the number of folders is limited", () => {
  test("more than eight folders one in the other are refused, and none is made", (t) => {
    const place = new Place(t, { to: "in/{name}", makeFolders: true });
    place.put("1/2/3/4/5/6/7/file");
    assert.equal(place.storage.openForWriting("a/2/3/4/5/6/7/8/file", -1, CLIENT), DISK_FULL);
    assert.deepEqual(readdirSync(path.join(place.root, "in")), ["1"]);
  });

  test("10,000 folders are made in a day, and those that are removed do not count", (t) => {
    // The disk is not asked to synchronise so many.
    t.mock.method(fs, "fsyncSync", () => {});
    let now = 0;
    setHostClock(t.mock, () => now);
    const place = new Place(t, { to: "{name}", makeFolders: true });
    place.open("failing/file").close();
    for (let number = 0; number < 10_000 / 8; number++) {
      place.put(`${number}/2/3/4/5/6/7/8/file`);
    }
    assert.equal(place.storage.openForWriting("one-more/file", -1, CLIENT), DISK_FULL);
    place.put("0/2/3/other-file");
    now += 24 * 60 * 60 * 1000;
    place.put("the-next-day/file");
    assert.deepEqual(
      readdirSync(place.root).filter((name) => /[a-z]/.test(name)),
      ["the-next-day"],
    );
  });
});
