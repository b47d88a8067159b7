/**
 * Random requests, against a second implementation of the RFCs: the simulation checks each answer.
 */
import { test } from "node:test";
import { MemoryStorage, type SeededRandom, Simulation } from "lockstep-tftp/simulated";
import { RawPeer } from "../hosts/simulated/raw-peer.js";
import { forAll } from "./property.js";

const CASES = 6000;
const NAME_PARTS = [
  "a",
  "b/c",
  "/",
  "\\",
  "..",
  ".",
  "con",
  "COM1.txt",
  "\xff",
  "\xc3\xa4",
  "\xc3",
  "%s",
  "\x07",
  "\x7f",
  " ",
];
const MODES = ["octet", "OCTET", "netascii", "NetASCII", "mail", "octe", "octett", "", "binary", "\xef\x63tet"];
const OPTION_NAMES = [
  "blksize",
  "BLKSIZE",
  "timeout",
  "TimeOut",
  "tsize",
  "windowsize",
  "multicast",
  "",
  "blksiz",
  "\x42lksize",
];
const VALUES = ["0", "1", "7", "8", "9", "511", "512", "513", "1468", "65464", "65465", "65535", "65536", "255", "256"];
const ODD_VALUES = [
  "",
  "-1",
  "+5",
  " 8",
  "8 ",
  "0x10",
  "1e3",
  "abc",
  "00000000000016",
  "999999999999999",
  "9999999999999999",
];

function textIn(random: SeededRandom, parts: readonly string[], most: number): string {
  let text = "";
  for (let count = random.below(most + 1); count > 0; count--) {
    text += random.pick(parts);
  }
  return text;
}

function request(random: SeededRandom): number[] {
  const texts = [textIn(random, NAME_PARTS, 4), random.pick(MODES)];
  for (let count = random.below(6); count > 0; count--) {
    texts.push(random.pick(OPTION_NAMES), random.pick(random.chance(70) ? VALUES : ODD_VALUES));
  }
  if (random.chance(5)) {
    texts[0] = "n".repeat(random.between(490, 520));
  }
  if (random.chance(10)) {
    texts.push("alone");
  }
  const bytes = [0, random.chance(70) ? 1 : 2, ...[...texts.map((text) => `${text}\0`).join("")].map(codeOf)];
  return damaged(random, bytes);
}

function codeOf(character: string): number {
  return character.charCodeAt(0);
}

/** Sometimes changes a byte, cuts off the end, or adds bytes after it. */
function damaged(random: SeededRandom, bytes: number[]): number[] {
  if (random.chance(20) && bytes.length > 2) {
    bytes[random.between(2, bytes.length - 1)] = random.below(256);
  }
  if (random.chance(15)) {
    bytes.length = random.between(2, bytes.length);
  }
  if (random.chance(15)) {
    bytes.push(...random.bytes(random.below(30)));
  }
  return bytes;
}

/** Sends one request, acknowledges nothing, and runs until the server is idle again. */
function checkRequest(bytes: readonly number[], singlePort: boolean): void {
  const storage = new MemoryStorage();
  storage.set("a", new Uint8Array(700).fill(0x0d));
  storage.set("b/c", new Uint8Array(3));
  const simulation = new Simulation({ storage, singlePort, maxLogEntries: 50 });
  const peer = simulation.add((world) => new RawPeer(world, { address: "192.168.4.2", port: 2000 }));
  simulation.at(0, () => peer.request(Uint8Array.from(bytes)));
  simulation.run();
}

test("random requests get the answers that the RFCs demand", () => {
  forAll({
    cases: CASES,
    generate: request,
    simpler: (byte) => (byte === 0x61 || byte < 3 ? [] : [0x61, 0]),
    check: (bytes) => checkRequest(bytes, bytes.length % 2 === 0),
  });
});

test("random bytes on the listening port do no harm", () => {
  forAll({
    cases: CASES / 2,
    generate: (random) => [0, random.below(8), ...random.bytes(random.below(64))],
    simpler: (byte) => (byte === 0 ? [] : [0]),
    check: (bytes) => checkRequest(bytes, bytes.length % 2 === 0),
  });
});
