/** Selects the boot file of a client by the options in its request. */
import { ascii } from "../text.js";
import { ADDRESS_BYTES, ETHERNET_BYTES, MAC_BYTES, writeAddress, writeHardwareAddress } from "./address-text.js";
import { type Leases, NO_RULE } from "./leases.js";
import type { Message } from "./message.js";
import { hasText } from "./pxe.js";
import { FILE_BYTES } from "./wire.js";

/** Names the boot file of the clients that fit each condition that is set. The first rule that fits is used. */
export interface BootRule {
  /** Types of machine, as option 93 numbers them: 0 is a BIOS, 7 and 9 are x86-64 UEFI, 11 is ARM64 UEFI (RFC 4578 §2.1). */
  architectures?: readonly number[];
  /** Beginning of option 60, such as "PXEClient" or "U-Boot". */
  vendorClass?: string;
  /** Option 77, whole: iPXE says "iPXE". */
  userClass?: string;
  /** The hardware address or its beginning, as bytes. */
  hardwareAddress?: readonly number[];
  /**
   * The file, at most 127 bytes of ASCII. `{mac}` becomes the first six bytes of the client's hardware address as
   * `aa-bb-cc-dd-ee-ff`, `{address}` the address that it gets.
   */
  file: string;
}

/** `file` ends with a zero byte. */
const MAX_FILE_BYTES = FILE_BYTES - 1;
/** An index has eight bits, and one is {@link NO_RULE}. */
const MAX_RULES = NO_RULE;
/** Placeholders in a compiled template. ASCII text has no bytes below the space. */
const MARK_MAC = 1;
const MARK_ADDRESS = 2;

class CompiledRule {
  readonly vendorClass: DataView | null;
  readonly userClass: DataView | null;
  readonly template: DataView;

  constructor(readonly rule: BootRule) {
    this.vendorClass = rule.vendorClass === undefined ? null : ascii(rule.vendorClass);
    this.userClass = rule.userClass === undefined ? null : ascii(rule.userClass);
    this.template = compile(rule.file);
  }

  fits(message: Message): boolean {
    const { architectures, hardwareAddress } = this.rule;
    return (
      (architectures === undefined || contains(architectures, message.architecture)) &&
      (hardwareAddress === undefined || hasPrefix(message, hardwareAddress)) &&
      (this.vendorClass === null || hasText(message, message.vendorClass, 0, this.vendorClass)) &&
      (this.userClass === null || this.hasUserClass(message, this.userClass))
    );
  }

  /** RFC 3004 §4 puts the length of each class before it; iPXE sends its class alone. */
  private hasUserClass(message: Message, text: DataView): boolean {
    const { start, length } = message.userClass;
    const bytes = text.byteLength;
    if (length === bytes && hasText(message, message.userClass, 0, text)) {
      return true;
    }
    for (let at = 0; at < length; at += 1 + message.kept.getUint8(start + at)) {
      if (message.kept.getUint8(start + at) === bytes && hasText(message, message.userClass, at + 1, text)) {
        return true;
      }
    }
    return false;
  }
}

export class BootRules {
  private readonly rules: readonly CompiledRule[];

  /** @throws RangeError for a file that does not fit into a message, or too many rules. */
  constructor(rules: readonly BootRule[]) {
    if (rules.length > MAX_RULES) {
      throw new RangeError(`there are ${rules.length} boot rules; at most ${MAX_RULES} are possible`);
    }
    this.rules = rules.map((rule) => new CompiledRule(rule));
  }

  /** Number of the first rule that fits, or {@link NO_RULE}. */
  find(message: Message): number {
    for (let index = 0; index < this.rules.length; index++) {
      if ((this.rules[index] as CompiledRule).fits(message)) {
        return index;
      }
    }
    return NO_RULE;
  }

  /** Writes the name of the file for the client of a lease. Returns the index after it. */
  write(packet: DataView, at: number, rule: number, leases: Leases, lease: number): number {
    const { template } = this.rules[rule] as CompiledRule;
    let to = at;
    for (let index = 0; index < template.byteLength; index++) {
      const byte = template.getUint8(index);
      if (byte === MARK_MAC) {
        const length = Math.min(leases.hardwareLengthOf(lease), ETHERNET_BYTES);
        to = writeHardwareAddress(packet, to, leases.records, leases.hardwareStartOf(lease), length);
      } else if (byte === MARK_ADDRESS) {
        to = writeAddress(packet, to, leases.addressOf(lease));
      } else {
        packet.setUint8(to++, byte);
      }
    }
    return to;
  }
}

function contains(list: readonly number[], value: number): boolean {
  for (let index = 0; index < list.length; index++) {
    if (list[index] === value) {
      return true;
    }
  }
  return false;
}

function hasPrefix(message: Message, prefix: readonly number[]): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (index >= message.hardwareLength || message.hardwareAddress.getUint8(index) !== prefix[index]) {
      return false;
    }
  }
  return true;
}

function compile(file: string): DataView {
  const marked = file
    .split("{mac}")
    .join(String.fromCharCode(MARK_MAC))
    .split("{address}")
    .join(String.fromCharCode(MARK_ADDRESS));
  let bytes = 0;
  for (const character of marked) {
    const code = character.charCodeAt(0);
    if (code > 0x7e || (code < 0x20 && code !== MARK_MAC && code !== MARK_ADDRESS)) {
      throw new RangeError(`the boot file "${file}" has a character that is not ASCII`);
    }
    bytes += code === MARK_MAC ? MAC_BYTES : code === MARK_ADDRESS ? ADDRESS_BYTES : 1;
  }
  if (bytes === 0 || bytes > MAX_FILE_BYTES) {
    throw new RangeError(`the boot file "${file}" has up to ${bytes} bytes; 1 to ${MAX_FILE_BYTES} are possible`);
  }
  if (/[{}]/.test(marked)) {
    throw new RangeError(`the boot file "${file}" has an unknown placeholder; expected {mac} or {address}`);
  }
  return ascii(marked);
}
