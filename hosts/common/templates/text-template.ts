/**
 * A text with placeholders such as `{mac}`. They are filled in, and nothing else happens: no code, and a filled in text is not
 * looked through again. `{{` stands for `{`; any other brace is itself.
 */
const LINE_FEED = 0x0a;
const HYPHEN = 0x2d;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const LETTER_A = 0x61;
const LETTER_Z = 0x7a;
const UNDERSCORE = 0x5f;
const OPENING = 0x7b;
const CLOSING = 0x7d;
/** Makes a small letter of a capital one. */
const SMALL = 0x20;

/** Bounds the time of reading a block. */
const MAX_PARTS = 1000;
/** A part of the template's own bytes. */
const OWN = -1;

/** Bytes of the template, or a value in their place. */
export interface TemplatePart {
  /** Index of the value; -1 for bytes of the template. */
  readonly value: number;
  readonly start: number;
  readonly length: number;
}

export class TextTemplate {
  readonly parts: TemplatePart[] = [];
  private readonly view: DataView;
  private line = 1;

  /**
   * @param bytes the text, in any encoding that contains ASCII.
   * @param file name of the file, for error messages.
   * @param names placeholders, in the order of the values.
   * @throws RangeError that names the line, for a placeholder that is not one of `names`.
   */
  constructor(
    readonly bytes: ArrayBuffer,
    private readonly file: string,
    private readonly names: readonly string[],
  ) {
    this.view = new DataView(bytes);
    let start = 0;
    for (let at = 0; at < bytes.byteLength; ) {
      const end = this.placeholderEnd(at);
      if (end === 0) {
        at++;
        continue;
      }
      // Of two opening braces the first one stays.
      this.add(OWN, start, end === at + 2 ? at + 1 : at);
      if (end > at + 2) {
        this.add(this.valueAt(at + 1, end - 1), at, end);
      }
      start = end;
      at = end;
    }
    this.add(OWN, start, bytes.byteLength);
  }

  /** End of a placeholder, or of two opening braces, at this position; 0 if there is none. */
  private placeholderEnd(at: number): number {
    const byte = this.view.getUint8(at);
    if (byte === LINE_FEED) {
      this.line++;
    }
    if (byte !== OPENING) {
      return 0;
    }
    let end = at + 1;
    while (end < this.view.byteLength && isNameByte(this.view.getUint8(end))) {
      end++;
    }
    const closing = end < this.view.byteLength ? this.view.getUint8(end) : 0;
    if (end === at + 1) {
      return closing === OPENING ? end + 1 : 0;
    }
    return closing === CLOSING ? end + 1 : 0;
  }

  private valueAt(start: number, end: number): number {
    let name = "";
    for (let at = start; at < end; at++) {
      name += String.fromCharCode(this.view.getUint8(at));
    }
    const value = this.names.indexOf(name);
    if (value < 0) {
      const known = this.names.map((one) => `{${one}}`).join(", ");
      throw new RangeError(
        `${this.file}, line ${this.line}: unknown placeholder {${name}}; expected ${known}, or {{${name}} for the text itself`,
      );
    }
    return value;
  }

  private add(value: number, start: number, end: number): void {
    if (end > start) {
      this.parts.push({ value, start, length: end - start });
    }
    if (this.parts.length > MAX_PARTS) {
      throw new RangeError(`${this.file} has more than ${MAX_PARTS} placeholders and texts between them; use fewer`);
    }
  }
}

/** Whether a text can be the name of a placeholder: a letter, then letters, digits, hyphens and underscores. */
export function isPlaceholderName(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (!isNameByte(text.charCodeAt(index))) {
      return false;
    }
  }
  return isLetter(text.charCodeAt(0));
}

function isLetter(byte: number): boolean {
  const letter = byte | SMALL;
  return letter >= LETTER_A && letter <= LETTER_Z;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || (byte >= DIGIT_ZERO && byte <= DIGIT_NINE) || byte === HYPHEN || byte === UNDERSCORE;
}
