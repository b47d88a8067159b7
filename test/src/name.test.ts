import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_NAME_BYTES, OPCODE_READ_REQUEST } from "lockstep-tftp/engine";
import { packetOf, SeededRandom, textFields } from "lockstep-tftp/simulated";
import { Harness } from "../support/engine-harness.js";
import { seedOr } from "../support/seed.js";

const SEED = seedOr(3629);
const NAMES = 5000;
/** Components with a special meaning, and ordinary ones. */
const PIECES = [
  "/",
  "/",
  "\\",
  ".",
  "..",
  "a",
  "b.c",
  "con",
  "lpt1",
  "é",
  "漢",
  "\u{1f600}",
  "",
  "\u0001",
  "\u0091",
  "...",
];
const CONTROL = /\p{Cc}/u;

test("the longest name fits a request of RFC 1350", () => {
  assert.equal(2 + MAX_NAME_BYTES + 1 + "octet".length + 1, 512);
});

/** Returns the name that the storage is asked for if this one is on the wire; undefined if it is not asked. */
function askedFor(name: Uint8Array | string): string | undefined {
  const harness = new Harness();
  const peer = harness.peer();
  peer.send(packetOf(OPCODE_READ_REQUEST, name, "\0", textFields("octet")));
  assert.equal(peer.ignoreAll(), 1);
  harness.finish();
  return harness.storage.asked[0];
}

/** Model of the cleaning of names, on strings. */
function cleaned(name: string): string | undefined {
  const components = name.split(/[/\\]/).filter((component) => component !== "" && component !== ".");
  const isRefused = components.length === 0 || components.includes("..") || CONTROL.test(name);
  return isRefused ? undefined : components.join("/");
}

test("random names are cleaned or refused like a model on strings", () => {
  const random = new SeededRandom(SEED);
  for (let count = 0; count < NAMES; count++) {
    let name = "";
    for (let pieces = random.below(10); pieces >= 0; pieces--) {
      name += PIECES[random.below(PIECES.length)];
    }
    assert.equal(askedFor(name), cleaned(name), `"${name}", TEST_SEED=${SEED}`);
  }
});

test("characters of every Unicode plane are decoded, in names long enough to be joined from parts", () => {
  for (let character = 0xa0; character <= 0x10ffff; character += character < 0x3000 ? 61 : 4099) {
    if (character < 0xd800 || character > 0xdfff) {
      const name = String.fromCodePoint(character).repeat(17);
      assert.equal(askedFor(name), name, character.toString(16));
    }
  }
});

test("random bytes are decoded if and only if they are UTF-8", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const random = new SeededRandom(SEED);
  for (let count = 0; count < NAMES; count++) {
    // Bytes of 0x7e and above, where the rules apply; the letter after them keeps the last from being taken for filler.
    const bytes = random.bytes(1 + random.below(5)).map((byte) => (byte % 2 === 0 ? 0x61 : 0x80 | byte));
    const name = packetOf(bytes, "a");
    let expected: string | undefined;
    try {
      expected = cleaned(strict.decode(name));
    } catch {
      expected = undefined;
    }
    assert.equal(askedFor(name), expected, `[${name}], TEST_SEED=${SEED}`);
  }
});
