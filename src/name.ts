/**
 * File names as they come from the wire: cleaned in place, refused where they could mean something else than a file of
 * the storage, then made into the one string that a request costs.
 */

/** The longest name that fits a request of RFC 1350: 512 bytes less opcode, two zero bytes and the mode "octet". */
export const MAX_NAME_BYTES = 503;

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const DELETE = 0x7f;
const FIRST_PRINTABLE = 0x20;
/** U+0080 to U+009F are control characters as well. In UTF-8 they have two bytes, of which this is the first. */
const CONTROL_LEAD = 0xc2;
const MAX_CONTROL_SECOND = 0x9f;
const SMALL_LETTERS = 0x202020;
/** Not part of any UTF-8 text. Some firmware sends it behind the name that DHCP gave it. */
const FILLER = 0xff;

/** Names that are devices on some systems, whatever extension follows: "con", "prn", "aux", "nul", "com0", "lpt9". */
const DEVICE_CON = 0x636f6e;
const DEVICE_PRN = 0x70726e;
const DEVICE_AUX = 0x617578;
const DEVICE_NUL = 0x6e756c;
const DEVICE_COM = 0x636f6d;
const DEVICE_LPT = 0x6c7074;

/**
 * Cleans the name in `packet` from `start` to `end`, where it stands: `\` becomes `/`; empty components and `.` go, and
 * with them a leading `/` and `./`; trailing 0xFF bytes go.
 *
 * @returns where the clean name ends (it begins at `start`), or -1 for a name that no storage may see: empty, too long,
 * with `..` as a component, with a control character, or with the name of a device. Such a name stays as it is.
 */
export function cleanName(packet: DataView, start: number, end: number): number {
  let last = end;
  while (last > start && packet.getUint8(last - 1) === FILLER) {
    last--;
  }
  if (last - start > MAX_NAME_BYTES || !isAllowed(packet, start, last)) {
    return -1;
  }
  let to = start;
  let from = start;
  while (from < last) {
    const componentEnd = endOfComponent(packet, from, last);
    if (!isNothing(packet, from, componentEnd)) {
      if (to > start) {
        packet.setUint8(to++, SLASH);
      }
      for (let index = from; index < componentEnd; index++) {
        packet.setUint8(to++, packet.getUint8(index));
      }
    }
    from = componentEnd + 1;
  }
  return to > start ? to : -1;
}

/** Whether no component is one that a storage may not see. */
function isAllowed(packet: DataView, start: number, end: number): boolean {
  let from = start;
  while (from < end) {
    const componentEnd = endOfComponent(packet, from, end);
    if (componentEnd < 0 || isParent(packet, from, componentEnd) || isDevice(packet, from, componentEnd)) {
      return false;
    }
    from = componentEnd + 1;
  }
  return true;
}

/** Where the component ends that begins at `from`, or -1 if it has a control character. */
function endOfComponent(packet: DataView, from: number, end: number): number {
  let index = from;
  while (index < end) {
    const byte = packet.getUint8(index);
    if (byte === SLASH || byte === BACKSLASH) {
      break;
    }
    if (byte < FIRST_PRINTABLE || byte === DELETE || isSecondControl(packet, index, end)) {
      return -1;
    }
    index++;
  }
  return index;
}

function isSecondControl(packet: DataView, index: number, end: number): boolean {
  return packet.getUint8(index) === CONTROL_LEAD && index + 1 < end && packet.getUint8(index + 1) <= MAX_CONTROL_SECOND;
}

function isNothing(packet: DataView, start: number, end: number): boolean {
  return end === start || (end - start === 1 && packet.getUint8(start) === DOT);
}

function isParent(packet: DataView, start: number, end: number): boolean {
  return end - start === 2 && packet.getUint8(start) === DOT && packet.getUint8(start + 1) === DOT;
}

function isDevice(packet: DataView, start: number, end: number): boolean {
  let stem = start;
  while (stem < end && packet.getUint8(stem) !== DOT) {
    stem++;
  }
  const length = stem - start;
  if (length !== 3 && length !== 4) {
    return false;
  }
  const letters = (packet.getUint16(start) << 8) | packet.getUint8(start + 2) | SMALL_LETTERS;
  if (length === 3) {
    return letters === DEVICE_CON || letters === DEVICE_PRN || letters === DEVICE_AUX || letters === DEVICE_NUL;
  }
  const digit = packet.getUint8(start + 3) - 0x30;
  return digit >= 0 && digit <= 9 && (letters === DEVICE_COM || letters === DEVICE_LPT);
}

/** Characters that are joined at a time: it keeps the garbage of a long name near the length of the name. */
const CHARACTERS_AT_A_TIME = 16;
const NOTHING = "";

/** Decodes UTF-8 from `start` to `end` (RFC 3629). Returns an empty string where it is not UTF-8. */
export function decodeName(packet: DataView, start: number, end: number): string {
  let name = NOTHING;
  let part = NOTHING;
  let characters = 0;
  let index = start;
  while (index < end) {
    const length = sequenceLength(packet.getUint8(index));
    const character = length === 0 || index + length > end ? -1 : decodeSequence(packet, index, length);
    if (character < 0) {
      return NOTHING;
    }
    part += String.fromCodePoint(character);
    if (++characters % CHARACTERS_AT_A_TIME === 0) {
      name += part;
      part = NOTHING;
    }
    index += length;
  }
  return name + part;
}

/** How many bytes the UTF-8 sequence has that begins with `lead`, or 0 if none begins so. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xc2 || lead > 0xf4) {
    return 0;
  }
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point of a sequence, or -1 where it is broken, longer than it need be, a surrogate or beyond Unicode. */
function decodeSequence(packet: DataView, at: number, length: number): number {
  const lead = packet.getUint8(at);
  if (length === 1) {
    return lead;
  }
  let character = lead & (0xff >> (length + 1));
  for (let index = at + 1; index < at + length; index++) {
    const byte = packet.getUint8(index);
    if ((byte & 0xc0) !== 0x80) {
      return -1;
    }
    character = (character << 6) | (byte & 0x3f);
  }
  const shortest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const isSurrogate = character >= 0xd800 && character <= 0xdfff;
  return character < shortest || isSurrogate || character > 0x10ffff ? -1 : character;
}
