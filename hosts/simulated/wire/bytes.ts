/**
 * Bytes and texts, without what only some platforms have.
 */

/** One byte for each character, which must be below 256. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    bytes[index] = text.charCodeAt(index);
  }
  return bytes;
}

/** One character for each byte. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return text;
}

/** The bytes of a text in UTF-8. */
export function utf8Of(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let index = 0; index < escaped.length; index++) {
    if (escaped[index] === "%") {
      bytes.push(Number.parseInt(escaped.slice(index + 1, index + 3), 16));
      index += 2;
    } else {
      bytes.push(escaped.charCodeAt(index));
    }
  }
  return Uint8Array.from(bytes);
}

/** Whether both have the same bytes. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) {
    return false;
  }
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) {
      return false;
    }
  }
  return true;
}

/** Bytes that are appended to, in a buffer that doubles. */
export class GrowingBytes {
  /** Number of bytes. */
  length = 0;
  private buffer = new Uint8Array(1024);

  /** Adds bytes at the end. */
  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.buffer.length, length));
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.length);
    this.length = length;
  }

  /** The bytes from `start` up to `end`, as far as there are any. Valid until the next `append`. */
  part(start: number, end: number): Uint8Array {
    return this.buffer.subarray(start, Math.min(end, this.length));
  }

  /** A copy of all bytes. */
  copy(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}
