/** Link-layer addresses (EUI-48) as boot loaders and phones write them into the names that they ask for. */

const PAIR = "[0-9a-f]{2}";
const WRITINGS = [
  `${PAIR}(?:-${PAIR}){5}`,
  `${PAIR}(?::${PAIR}){5}`,
  "[0-9a-f]{4}(?:\\.[0-9a-f]{4}){2}",
  "[0-9a-f]{12}",
].join("|");
const AT_PLACE = new RegExp(WRITINGS, "iy");
const WHOLE = new RegExp(`^(?:${WRITINGS})$`, "i");

/** How many characters the MAC address has that begins at this place of a text: 12, 14 or 17, or 0 where none does. */
export function macLengthAt(text: string, index: number): number {
  AT_PLACE.lastIndex = index;
  return AT_PLACE.exec(text)?.[0].length ?? 0;
}

/** The address as `aa-bb-cc-dd-ee-ff`, or undefined where the text is none. */
export function plainMac(text: string): string | undefined {
  return WHOLE.test(text)
    ? text
        .replace(/[^0-9a-f]/gi, "")
        .toLowerCase()
        .replace(/(..)(?!$)/g, "$1-")
    : undefined;
}
