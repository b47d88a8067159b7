/** Link-layer addresses (EUI-48) as boot loaders and phones write them into file names. */

const DIGITS = 12;
const SEPARATOR = "-";
const PAIR = 2;

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const LETTER_A = 0x61;
const LETTER_F = 0x66;
/** Makes a small letter of a capital one. */
const SMALL = 0x20;

/** Length of the MAC address at `index` of a text: 12, 14 or 17 characters; 0 if there is none. */
export function macLengthAt(text: string, index: number): number {
  return (
    lengthIn(text, index, SEPARATOR, PAIR) ||
    lengthIn(text, index, ":", PAIR) ||
    lengthIn(text, index, ".", 4) ||
    lengthIn(text, index, "", DIGITS)
  );
}

/** The address as `aa-bb-cc-dd-ee-ff`; undefined if the text is not a MAC address. */
export function plainMac(text: string): string | undefined {
  if (text.length === 0 || macLengthAt(text, 0) !== text.length) {
    return undefined;
  }
  let plain = "";
  let digits = 0;
  for (let index = 0; index < text.length; index++) {
    if (isDigit(text, index)) {
      plain += digits > 0 && digits % PAIR === 0 ? SEPARATOR : "";
      plain += text.charAt(index).toLowerCase();
      digits++;
    }
  }
  return plain;
}

/** Length of an address that is written with a separator after each group of digits. */
function lengthIn(text: string, index: number, separator: string, group: number): number {
  let at = index;
  for (let digits = 0; digits < DIGITS; digits++) {
    if (digits > 0 && digits % group === 0 && text.charAt(at++) !== separator) {
      return 0;
    }
    if (!isDigit(text, at++)) {
      return 0;
    }
  }
  return at - index;
}

/** Whether there is a hexadecimal digit. */
function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  const letter = code | SMALL;
  return (code >= DIGIT_ZERO && code <= DIGIT_NINE) || (letter >= LETTER_A && letter <= LETTER_F);
}
