/** Copying without a view in C, with a stand-in for XS; and the JavaScript that is used where there is no C. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linesOf, NATIVE, NativePrograms, STAND_INS } from "./native-program.js";

type Copy = (target: Uint8Array, source: ArrayBuffer, position: number, count: number) => void;

const { default: copyByView }: { default: Copy } = await import(
  new URL("../../../../hosts/moddable/native/lockstep-copy-by-view.js", import.meta.url).href
);

const programs = new NativePrograms();
after(() => programs.remove());

let program: string;

before(() => {
  if (programs.skip === false) {
    const sources = [`${NATIVE}/lockstep-copy.c`, `${STAND_INS}/copy-test.c`];
    program = programs.compile("copy", [`-I${STAND_INS}/xs`, "-Wno-unused-parameter", ...sources]);
  }
});

const skip = programs.skip;
const copied = (...words: string[]) => linesOf(program, words).join();

/** Target, source, position, count, and the target afterwards. */
const CASES = [
  ["........", "abcdef", "0", "6", "abcdef.."],
  ["........", "abcdef", "2", "3", "cde....."],
  ["........", "abcdef", "5", "1", "f......."],
  ["....", "abcdef", "2", "4", "cdef"],
  ["....", "abcdef", "6", "0", "...."],
] as const;

/** Target, source, position and count that reach over an end. */
const OUTSIDE = [
  ["....", "abcdef", "0", "5"],
  ["........", "abcdef", "0", "7"],
  ["........", "abcdef", "3", "4"],
  ["........", "abcdef", "7", "0"],
  ["........", "abcdef", "-1", "2"],
  ["........", "abcdef", "0", "-1"],
  ["........", "abcdef", "1e300", "1"],
  ["........", "abcdef", "4294967295", "2"],
] as const;

test("bytes are copied from a position, in C", { skip }, () => {
  for (const [target, source, position, count, result] of CASES) {
    assert.equal(copied(target, source, position, count), result);
  }
  assert.equal(copied("....", "flash:abcdef", "1", "4"), "bcde");
  assert.equal(copied("abcdef", "same", "1", "5"), "bcdeff");
});

test("the C copies nothing that is not in both buffers", { skip }, () => {
  const outside = "throws: the bytes to copy are not all in both buffers";
  for (const words of [...OUTSIDE, ["....", "abcdef", "nan", "1"], ["....", "abcdef", "0", "nan"]]) {
    assert.equal(copied(...words), outside, words.join());
  }
});

test("the C takes buffers only, and writes to no flash", { skip }, () => {
  assert.equal(copied("-", "abcdef", "0", "1"), "throws: no buffer");
  assert.equal(copied("....", "-", "0", "1"), "throws: no buffer");
  assert.equal(copied("flash:....", "abcdef", "0", "1"), "throws: read-only buffer");
  for (const words of [[], ["...."], ["....", "abcdef"], ["....", "abcdef", "0"]]) {
    assert.equal(copied(...words), "throws: copy needs a target, a source, a position and a count");
  }
});

test("the JavaScript in its place does the same", () => {
  for (const [target, source, position, count, result] of CASES) {
    const bytes = Buffer.from(target);
    copyByView(bytes, new Uint8Array(Buffer.from(source)).buffer, Number(position), Number(count));
    assert.equal(bytes.toString(), result);
  }
  for (const [target, source, position, count] of OUTSIDE) {
    const buffer = new Uint8Array(Buffer.from(source)).buffer;
    assert.throws(() => copyByView(Buffer.from(target), buffer, Number(position), Number(count)), RangeError);
  }
});
