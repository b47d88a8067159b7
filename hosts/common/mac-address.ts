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

/** A way to write an address: a separator after each group of digits. */
interface Notation {
  readonly separator: string;
  readonly group: number;
}

const NOTATIONS: readonly Notation[] = [
  { separator: SEPARATOR, group: PAIR },
  { separator: ":", group: PAIR },
  { separator: ".", group: 4 },
  { separator: "", group: DIGITS },
];

/** Length of the MAC address at `index` of a text: 12, 14 or 17 characters; 0 if there is none. */
export function macLengthAt(text: string, index: number): number {
  for (let number = 0; number < NOTATIONS.length; number++) {
    const length = lengthIn(NOTATIONS[number] as Notation, text, index);
    if (length > 0) {
      return length;
    }
  }
  return 0;
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

function lengthIn({ separator, group }: Notation, text: string, index: number): number {
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
