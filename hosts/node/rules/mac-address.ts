/** Link-layer addresses (EUI-48) as boot loaders and phones write them into file names. */

const PAIR = "[0-9a-f]{2}";
const NOTATIONS = [
  `${PAIR}(?:-${PAIR}){5}`,
  `${PAIR}(?::${PAIR}){5}`,
  "[0-9a-f]{4}(?:\\.[0-9a-f]{4}){2}",
  "[0-9a-f]{12}",
].join("|");
const AT_INDEX = new RegExp(NOTATIONS, "iy");
const WHOLE = new RegExp(`^(?:${NOTATIONS})$`, "i");

/** Length of the MAC address at `index` of a text: 12, 14 or 17 characters; 0 if there is none. */
export function macLengthAt(text: string, index: number): number {
  AT_INDEX.lastIndex = index;
  return AT_INDEX.exec(text)?.[0].length ?? 0;
}

/** The address as `aa-bb-cc-dd-ee-ff`; undefined if the text is not a MAC address. */
export function plainMac(text: string): string | undefined {
  return WHOLE.test(text)
    ? text
        .replace(/[^0-9a-f]/gi, "")
        .toLowerCase()
        .replace(/(..)(?!$)/g, "$1-")
    : undefined;
}
