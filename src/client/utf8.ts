/** Text as UTF-8 (RFC 3629), byte by byte: without a buffer that would have to be made for it. */

/** Takes the place of half a pair of UTF-16, which is no character. */
const REPLACEMENT = 0xfffd;

/** How many bytes `text` has in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.codePointAt(index) as number;
    length += sequenceLength(character);
    index += unitsBeyondFirst(character);
  }
  return length;
}

/** Writes `text` and the zero byte that ends it; returns where the next text goes. */
export function writeUtf8(view: DataView, start: number, text: string): number {
  let at = start;
  for (let index = 0; index < text.length; index++) {
    const character = text.codePointAt(index) as number;
    index += unitsBeyondFirst(character);
    at = writeSequence(view, at, isSurrogate(character) ? REPLACEMENT : character);
  }
  view.setUint8(at, 0);
  return at + 1;
}

function sequenceLength(character: number): number {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

function unitsBeyondFirst(character: number): number {
  return character < 0x10000 ? 0 : 1;
}

function isSurrogate(character: number): boolean {
  return character >= 0xd800 && character <= 0xdfff;
}

function writeSequence(view: DataView, at: number, character: number): number {
  const length = sequenceLength(character);
  if (length === 1) {
    view.setUint8(at, character);
    return at + 1;
  }
  let rest = character;
  for (let index = at + length - 1; index > at; index--) {
    view.setUint8(index, 0x80 | (rest & 0x3f));
    rest >>= 6;
  }
  // As many bits as the sequence has bytes stand before what is left of the character.
  view.setUint8(at, ((0xf00 >> length) & 0xff) | rest);
  return at + length;
}
