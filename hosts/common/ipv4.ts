/** The 32 bits of an address such as "192.168.0.66", as a whole number of 0 or more; -1 if `text` is no IPv4 address. */
export function addressBits(text: string): number {
  const parts = text.split(".");
  let bits = 0;
  for (const part of parts) {
    const byte = part === "" ? -1 : Number(part);
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) {
      return -1;
    }
    bits = bits * 256 + byte;
  }
  return parts.length === 4 ? bits : -1;
}
