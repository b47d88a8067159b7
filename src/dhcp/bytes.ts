/** Lists of bytes, as they are made from settings before the server has its buffer. */

/** The bytes of a text of ASCII. */
export function textBytes(text: string): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    bytes.push(text.charCodeAt(index));
  }
  return bytes;
}

/** The four bytes of an address. */
export function addressBytes(address: number): number[] {
  return [address >>> 24, (address >> 16) & 0xff, (address >> 8) & 0xff, address & 0xff];
}

/** The bytes after their number, which is less than 256. */
export function counted(bytes: readonly number[]): number[] {
  return [bytes.length, ...bytes];
}
