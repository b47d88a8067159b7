/** Decimal numbers on the wire, read and written: the OACK of an upload echoes `tsize` as the engine read it. */
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { Harness } from "../support/engine-harness.js";
import { seedOr } from "../support/seed.js";

const SEED = seedOr(2349);
const NUMBERS = 2000;
const MAX_DIGITS = 15;

/** Expects the OACK to have `echoed` for `tsize`, or an ACK instead if that is null. */
function expectEcho(written: string, echoed: string | null): void {
  const harness = new Harness();
  const peer = harness.peer();
  peer.write("file", ["tsize", written]);
  if (echoed === null) {
    peer.expectAcknowledgement(0);
  } else {
    peer.expectOptions(["tsize", echoed]);
  }
  harness.finish();
}

test("numbers: random ones of 1 to 15 digits are echoed unchanged", () => {
  const random = new SeededRandom(SEED);
  for (let count = 0; count < NUMBERS; count++) {
    const digits = 1 + random.below(MAX_DIGITS);
    let text = `${1 + random.below(9)}`;
    while (text.length < digits) {
      text += random.below(10);
    }
    expectEcho(text, text);
  }
});

test("numbers: powers of ten and their neighbours are echoed unchanged", () => {
  for (let digits = 1; digits <= MAX_DIGITS; digits++) {
    expectEcho("9".repeat(digits), "9".repeat(digits));
    expectEcho(`1${"0".repeat(digits - 1)}`, `1${"0".repeat(digits - 1)}`);
  }
});

test("numbers: zero and leading zeros are accepted", () => {
  expectEcho("0", "0");
  expectEcho("000", "0");
  expectEcho("007", "7");
});

test("numbers: more than fifteen digits are rejected, leading zeros included", () => {
  expectEcho("1000000000000000", null);
  expectEcho("0000000000000001", null);
  expectEcho("9".repeat(400), null);
});

test("numbers: anything but digits is rejected", () => {
  for (const text of ["", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "/1", "1:", "1\t", "\u0661", "abc"]) {
    expectEcho(text, null);
  }
});
