/**
 * A custom storage: each phone gets a configuration that is made on request. The same file runs on a board.
 */

import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";

/** `SEP` and the phone's hardware address, as Cisco phones ask for it. */
const CONFIGURATION_NAME = /^SEP([0-9A-F]{12})\.cnf\.xml$/;

export class ConfigurationStorage {
  /** @param {Map<string, string>} names the texts for the phones' displays, by hardware address */
  constructor(names) {
    this.names = names;
  }

  openForReading(name) {
    const [, mac] = CONFIGURATION_NAME.exec(name) ?? [];
    const label = mac === undefined ? undefined : this.names.get(mac);
    return label === undefined ? NOT_FOUND : new GeneratedFile(`<device><name>${label}</name></device>\n`);
  }

  openForWriting() {
    return FORBIDDEN;
  }
}

/** Makes the text once, so that a repeated block has the same bytes. */
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
