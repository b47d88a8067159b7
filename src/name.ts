/**
 * File names from the wire, cleaned in place. A name that could mean anything but a file of the storage is refused before
 * the storage sees it.
 */

/** Longest name that fits a request of RFC 1350: 512 bytes less opcode, two zero bytes and the mode "octet". */
export const MAX_NAME_BYTES = 503;

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const DELETE = 0x7f;
const FIRST_PRINTABLE = 0x20;
/** First byte of U+0080 to U+009F in UTF-8, which are control characters as well. */
const CONTROL_LEAD = 0xc2;
/** Upper three bits of the second byte. */
const CONTROL_SECOND_BITS = 0b100;
/** Never part of UTF-8. Some firmware sends it after the name that DHCP gave it (option 67), as it ends DHCP's options. */
const FILLER = 0xff;

/**
 * Cleans the name in `packet` from `start` to `end` in place: `\` becomes `/`; empty components and `.` are removed, and
 * with them a leading `/` and `./`; trailing 0xFF bytes are removed.
 *
 * @returns the end of the clean name (it begins at `start`), or -1 for a name that no storage may see: empty, too long,
 * with `..` as a component, or with a control character. Such a name is left as it is.
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
    const dots = countDots(packet, from, componentEnd);
    if (dots !== 0 && dots !== 1) {
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

/** Whether a storage may see every component. */
function isAllowed(packet: DataView, start: number, end: number): boolean {
  let from = start;
  while (from < end) {
    const componentEnd = endOfComponent(packet, from, end);
    if (componentEnd < 0 || countDots(packet, from, componentEnd) === 2) {
      return false;
    }
    from = componentEnd + 1;
  }
  return true;
}

/** Returns the end of the component that begins at `from`, or -1 if it has a control character. */
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
  return (
    packet.getUint8(index) === CONTROL_LEAD &&
    index + 1 < end &&
    packet.getUint8(index + 1) >> 5 === CONTROL_SECOND_BITS
  );
}

/** Returns the length of a component that consists of dots, or is empty; -1 for another. */
function countDots(packet: DataView, start: number, end: number): number {
  for (let index = start; index < end; index++) {
    if (packet.getUint8(index) !== DOT) {
      return -1;
    }
  }
  return end - start;
}
