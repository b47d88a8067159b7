/**
 * A storage of one's own: each phone gets a configuration that is made when it asks. It runs on a board as it runs here.
 */

const NOT_FOUND = ~1;
const NOT_ALLOWED = ~2;

/** `SEP` and the phone's hardware address, as Cisco phones ask for it. */
const CONFIGURATION_NAME = /^SEP([0-9A-F]{12})\.cnf\.xml$/;

export class ConfigurationStorage {
  /** @param {Map<string, string>} names the phones' hardware addresses, and what their displays shall show */
  constructor(names) {
    this.names = names;
  }

  openForReading(name) {
    const [, mac] = CONFIGURATION_NAME.exec(name) ?? [];
    const label = mac === undefined ? undefined : this.names.get(mac);
    return label === undefined ? NOT_FOUND : new GeneratedFile(`<device><name>${label}</name></device>\n`);
  }

  openForWriting() {
    return NOT_ALLOWED;
  }
}

/** The text is made once, so that a block that is sent again is the same. */
class GeneratedFile {
  constructor(text) {
    this.bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    this.sizeBytes = this.bytes.length;
  }

  read(target, position) {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close() {}
}
