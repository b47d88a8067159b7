/** The netascii translation against a model on whole files, with a block boundary at every position. */
import { test } from "node:test";
import {
  decodeNetascii,
  encodeNetascii,
  numberOf,
  type OptionTexts,
  payloadOf,
  SeededRandom,
} from "lockstep-tftp/simulated";
import { equalBytes } from "../support/assertions.js";
import { Harness } from "../support/engine-harness.js";
import { blockOf, type Peer } from "../support/peer.js";
import { seedOr } from "../support/seed.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LETTER = 0x61;
const ALPHABET = [0x00, LINE_FEED, CARRIAGE_RETURN, LETTER];

const MIN_BLOCK_BYTES = 8;
const MAX_BLOCK_BYTES = 512;
/** Texts are searched in pairs of such words. */
const WORD_BYTES = 4;
const WINDOW = 5;
const SEED = seedOr(764);

function optionsOf(blockSize: number): OptionTexts {
  return ["blksize", `${blockSize}`];
}

/** A text with many bytes that are translated. */
function text(random: SeededRandom, sizeBytes: number): Uint8Array {
  return random.bytes(sizeBytes).map((byte) => ALPHABET[byte % ALPHABET.length] as number);
}

/** Uploads these bytes of netascii and compares what the storage received. */
function putAndCompare(harness: Harness, wire: Uint8Array, blockSize: number, what: string): void {
  harness.peer().put("copy", wire, optionsOf(blockSize), "netascii");
  equalBytes(harness.storage.files.get("copy") as Uint8Array, decodeNetascii(wire), what);
}

test("netascii: every special byte at every position of two blocks of 8 bytes, down and up", () => {
  for (const special of [
    [LINE_FEED],
    [CARRIAGE_RETURN],
    [CARRIAGE_RETURN, LINE_FEED],
    [LINE_FEED, CARRIAGE_RETURN, 0],
  ]) {
    for (let place = 0; place < 2 * MIN_BLOCK_BYTES; place++) {
      const harness = new Harness();
      const file = harness.file("file", new Uint8Array(3 * MIN_BLOCK_BYTES).fill(LETTER));
      file.set(special, place);
      harness.peer().fetch("file", encodeNetascii(file), optionsOf(MIN_BLOCK_BYTES), "netascii");
      putAndCompare(harness, encodeNetascii(file), MIN_BLOCK_BYTES, `[${special}] at ${place}`);
      // The same bytes from a client that does not translate.
      putAndCompare(harness, file, MIN_BLOCK_BYTES, `[${special}] at ${place}, not translated`);
      harness.finish();
    }
  }
});

test("netascii: random texts in blocks of every size from 8 to 512 bytes, down and up", () => {
  for (let blockSize = MIN_BLOCK_BYTES; blockSize <= MAX_BLOCK_BYTES; blockSize++) {
    const random = new SeededRandom(SEED + blockSize);
    const harness = new Harness();
    const what = `blocks of ${blockSize} bytes, TEST_SEED=${SEED}`;
    try {
      const file = harness.file("file", text(random, random.below(4 * blockSize)));
      harness.peer().fetch("file", encodeNetascii(file), optionsOf(blockSize), "netascii");
      putAndCompare(harness, encodeNetascii(file), blockSize, "what was translated");
      putAndCompare(harness, file, blockSize, "what was not translated");
      harness.finish();
    } catch (error) {
      throw new Error(what, { cause: error });
    }
  }
});

/** Bytes that share all but one bit with a line end, or lie beside one. */
const RESEMBLING = [0x08, 0x09, 0x0b, 0x0c, 0x0e, 0x0f, 0x1a, 0x2a, 0x4a, 0x8a, 0x8d, 0x00, 0x7f, 0xff];

/** Lines of 0 to 40 bytes, of letters and bytes that resemble a line end. */
function lines(random: SeededRandom, sizeBytes: number): Uint8Array {
  const file = new Uint8Array(sizeBytes).fill(LETTER);
  for (let at = random.below(40); at < sizeBytes; at += 1 + random.below(40)) {
    file[at] = random.below(8) === 0 ? CARRIAGE_RETURN : LINE_FEED;
  }
  for (let at = random.below(60); at < sizeBytes; at += 1 + random.below(60)) {
    file[at] = RESEMBLING[random.below(RESEMBLING.length)] as number;
  }
  return file;
}

test("netascii: lines of many lengths, with bytes that resemble line ends, down and up", () => {
  const random = new SeededRandom(SEED);
  for (let run = 0; run < 300; run++) {
    const blockSize = MAX_BLOCK_BYTES - random.below(run);
    const harness = new Harness();
    const what = `run ${run}, blocks of ${blockSize} bytes, TEST_SEED=${SEED}`;
    const file = harness.file("file", lines(random, random.below(3 * blockSize)));
    const wire = encodeNetascii(file);
    try {
      harness.peer().fetch("file", wire, optionsOf(blockSize), "netascii");
    } catch (error) {
      throw new Error(what, { cause: error });
    }
    putAndCompare(harness, wire, blockSize, what);
    putAndCompare(harness, file, blockSize, `${what}, not translated`);
    harness.finish();
  }
});

test("netascii: a line end at every distance from the end of a block, with few and with many before it", () => {
  for (const lineEndsBefore of [0, 1, 31, 32, 33, 63, 64, 65, 200]) {
    for (let distance = 0; distance < 2 * WORD_BYTES + 2; distance++) {
      const harness = new Harness();
      const file = harness.file("file", new Uint8Array(MAX_BLOCK_BYTES).fill(LETTER));
      file.fill(LINE_FEED, 0, lineEndsBefore);
      file[MAX_BLOCK_BYTES - lineEndsBefore - distance - 1] = LINE_FEED;
      const wire = encodeNetascii(file);
      harness.peer().fetch("file", wire, [], "netascii");
      putAndCompare(harness, wire, MAX_BLOCK_BYTES, `${lineEndsBefore} line ends, ${distance}`);
      harness.finish();
    }
  }
});

/** Receives the blocks of a window until one is lost. Returns the last one in order. */
function takeWindow(peer: Peer, wire: Uint8Array, blockSize: number, from: number, lost: number): number {
  let confirmed = from;
  for (const packet of peer.receiveAll()) {
    const block = numberOf(packet);
    equalBytes(payloadOf(packet), blockOf(wire, block, blockSize), `block ${block}`);
    if (block === confirmed + 1 && block !== lost) {
      confirmed = block;
    }
  }
  return confirmed;
}

test("netascii: random texts in windows that lose random blocks, in blocks of many sizes", () => {
  for (let blockSize = MIN_BLOCK_BYTES; blockSize <= MAX_BLOCK_BYTES; blockSize += 7) {
    const random = new SeededRandom(SEED + blockSize);
    const harness = new Harness();
    const file = harness.file("file", text(random, (10 + random.below(10)) * blockSize));
    const wire = encodeNetascii(file);
    const count = Math.floor(wire.length / blockSize) + 1;
    try {
      const peer = harness.peer();
      peer.read("file", [...optionsOf(blockSize), "windowsize", `${WINDOW}`], "netascii");
      peer.ignoreAll();
      peer.acknowledge(0);
      let confirmed = 0;
      while (confirmed < count) {
        // The first block always arrives: without it there is nothing new to acknowledge.
        const lost = confirmed + 2 + random.below(WINDOW);
        confirmed = takeWindow(peer, wire, blockSize, confirmed, lost);
        peer.acknowledge(confirmed);
      }
      harness.finish();
    } catch (error) {
      throw new Error(`windows of blocks of ${blockSize} bytes, TEST_SEED=${SEED}`, { cause: error });
    }
  }
});
