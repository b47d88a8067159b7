import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeName, MAX_NAME_BYTES, OPCODE_READ_REQUEST } from "lockstep-tftp/engine";
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

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes what is UTF-8, and each other byte as a character from U+DC80 on: the longest whole sequence at each place. */
function decoded(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lengths = [4, 3, 2, 1].filter((length) => at + length <= bytes.length);
    const [length, character] = lengths
      .map((length) => [length, characterOf(bytes.subarray(at, at + length))] as const)
      .find(([, character]) => character !== undefined) ?? [1, String.fromCharCode(0xdc00 + (bytes[at] as number))];
    text += character;
    at += length;
  }
  return text;
}

/** Returns the character that bytes are in UTF-8; undefined if they are not exactly one. */
function characterOf(bytes: Uint8Array): string | undefined {
  try {
    const [character, ...others] = strict.decode(bytes);
    return others.length === 0 ? character : undefined;
  } catch {
    return undefined;
  }
}

function assertDecoded(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Escaped: an assertion shows two halves of pairs alike.
  assert.equal(JSON.stringify(decodeName(view, 0, bytes.length)), JSON.stringify(decoded(bytes)), `[${bytes}]`);
}

/** Each first and last byte of a class of bytes in UTF-8 (RFC 3629 §4), and letters. */
const EDGES = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
  0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfe, 0xff,
];

test("all sequences of one and two bytes are decoded like a model", () => {
  for (let first = 0; first <= 0xff; first++) {
    assertDecoded(Uint8Array.of(first));
    for (let second = 0; second <= 0xff; second++) {
      assertDecoded(Uint8Array.of(first, second));
    }
  }
});

test("sequences of three and four bytes are decoded like a model, with the edges of each class of bytes", () => {
  // Shorter sequences with ASCII in them are covered above.
  const leads = EDGES.filter((byte) => byte >= 0x80);
  for (const first of leads) {
    for (const second of EDGES) {
      for (const third of EDGES) {
        assertDecoded(Uint8Array.of(first, second, third));
        for (const fourth of [0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xed, 0xff]) {
          assertDecoded(Uint8Array.of(first, second, third, fourth));
        }
      }
    }
  }
});

test("random bytes are decoded like a model, in names long enough to be joined from parts", () => {
  const random = new SeededRandom(SEED);
  for (let count = 0; count < NAMES; count++) {
    const bytes = random.bytes(random.below(40)).map((byte) => (byte % 4 === 0 ? byte : 0x80 | byte));
    assertDecoded(Uint8Array.from(bytes));
  }
});

test("different bytes are different names", () => {
  const names = new Set<string>();
  let count = 0;
  for (let first = 0x80; first <= 0xff; first++) {
    for (let second = 0; second <= 0xff; second++) {
      names.add(decodeName(new DataView(Uint8Array.of(first, second).buffer), 0, 2));
      count++;
    }
  }
  assert.equal(names.size, count);
});
