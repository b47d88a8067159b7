/*
 * A storage without files: it makes a phone's configuration when the phone asks. A phone asks for a file named after its MAC
 * address, such as "0004f2abcdef.cfg"; its extension number comes from its IP address.
 *
 * It does not need the Moddable SDK, so it can be tested under Node.
 */
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";

const FIRST_EXTENSION = 100;
const EXTENSION = ".cfg";
const MAC_DIGITS = 12;

/** A text as a file. The server may read a block again, so the text is kept until the transfer ends. */
class TextFile {
  constructor(text) {
    this.bytes = new Uint8Array(ArrayBuffer.fromString(text));
  }

  get sizeBytes() {
    return this.bytes.length;
  }

  read(target, position) {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close() {}
}

export default class Configurations {
  openForReading(name, address) {
    const mac = name.toLowerCase().slice(0, -EXTENSION.length);
    if (!name.endsWith(EXTENSION) || !isMAC(mac)) {
      return NOT_FOUND;
    }
    return new TextFile(`mac=${mac}\nextension=${FIRST_EXTENSION + hostOf(address)}\nserver=192.168.0.66\n`);
  }

  openForWriting() {
    return FORBIDDEN;
  }
}

/** The last byte of an address: "192.168.0.21" from the SDK's UDP, 0xc0a80015 from lockstep-tftp/udp. */
function hostOf(address) {
  return typeof address === "number" ? address & 255 : Number(address.slice(address.lastIndexOf(".") + 1));
}

function isMAC(text) {
  if (text.length !== MAC_DIGITS) {
    return false;
  }
  for (const digit of text) {
    if (!"0123456789abcdef".includes(digit)) {
      return false;
    }
  }
  return true;
}
