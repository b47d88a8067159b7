/** Selects the boot file of a client by the options in its request. */
import { checked } from "../settings.js";
import { ADDRESS_BYTES, ETHERNET_BYTES, MAC_BYTES, writeAddress, writeHardwareAddress } from "./address-text.js";
import { counted, textBytes } from "./bytes.js";
import { NO_RULE } from "./leases.js";
import type { Message } from "./message.js";
import { FILE_BYTES, OPTION_ARCHITECTURE, OPTION_USER_CLASS, OPTION_VENDOR_CLASS } from "./wire.js";

/** Names the boot file of the clients that fit each condition that is set. The first rule that fits is used. */
export interface BootRule {
  /**
   * Types of machine, as option 93 numbers them, at most 127: 0 is a BIOS, 7 and 9 are x86-64 UEFI, 11 is ARM64 UEFI
   * (RFC 4578 §2.1).
   */
  architectures?: readonly number[];
  /** Beginning of option 60, such as "PXEClient" or "U-Boot", 1 to 255 characters of ASCII. */
  vendorClass?: string;
  /** Option 77, whole, 1 to 255 characters of ASCII: iPXE says "iPXE". */
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
/** The length of a condition has eight bits. */
const MAX_CONDITION_BYTES = 255;
/** Placeholders in a compiled template. ASCII text has no bytes below the space. */
const MARK_MAC = 1;
const MARK_ADDRESS = 2;
/** An empty file ends the rules. */
const END: readonly number[] = Object.freeze([0, 0, 0, 0, 0]);
/** Option 93 is missing. */
const NO_ARCHITECTURE = -1;

/**
 * The rules one after the other. Each has five parts, which begin with their lengths in bytes: architectures of two bytes,
 * vendor class, user class, hardware address, file. An empty condition fits every client.
 */
export class BootRules {
  constructor(
    private readonly view: DataView,
    private readonly start: number,
  ) {}

  /** Index after the rules. */
  get end(): number {
    let at = this.start;
    for (let file = this.fileOf(at); this.view.getUint8(file) !== 0; file = this.fileOf(at)) {
      at = this.after(file);
    }
    return at + END.length;
  }

  /** Number of the first rule that fits, or {@link NO_RULE}. */
  find(message: Message): number {
    const { view } = this;
    let at = this.start;
    for (let index = 0; ; index++) {
      const vendorClass = this.after(at);
      const userClass = this.after(vendorClass);
      const hardware = this.after(userClass);
      const file = this.after(hardware);
      if (view.getUint8(file) === 0) {
        return NO_RULE;
      }
      if (
        this.hasArchitecture(message, at, vendorClass) &&
        message.startsWith(OPTION_VENDOR_CLASS, view, vendorClass + 1, userClass) &&
        this.hasUserClass(message, userClass + 1, hardware) &&
        this.hasHardware(message, hardware + 1, file)
      ) {
        return index;
      }
      at = this.after(file);
    }
  }

  /**
   * Writes the name of the file for a client with this address, and the hardware address that `from` has at `start`. Returns
   * the index after it.
   */
  write(
    packet: DataView,
    at: number,
    rule: number,
    address: number,
    from: DataView,
    start: number,
    length: number,
  ): number {
    const { view } = this;
    let file = this.fileOf(this.start);
    for (let index = 0; index < rule; index++) {
      file = this.fileOf(this.after(file));
    }
    const end = this.after(file);
    let to = at;
    for (let index = file + 1; index < end; index++) {
      const byte = view.getUint8(index);
      if (byte === MARK_MAC) {
        to = writeHardwareAddress(packet, to, from, start, Math.min(length, ETHERNET_BYTES));
      } else if (byte === MARK_ADDRESS) {
        to = writeAddress(packet, to, address);
      } else {
        packet.setUint8(to++, byte);
      }
    }
    return to;
  }

  /** Index of the file of the rule at `at`. */
  private fileOf(at: number): number {
    return this.after(this.after(this.after(this.after(at))));
  }

  /** Index after the part at `at`. */
  private after(at: number): number {
    return at + 1 + this.view.getUint8(at);
  }

  /** The machine's own type is the first of its list (RFC 4578 §2.1). */
  private hasArchitecture(message: Message, start: number, end: number): boolean {
    if (start + 1 === end) {
      return true;
    }
    const architecture = message.number(OPTION_ARCHITECTURE, 2, NO_ARCHITECTURE);
    for (let at = start + 1; at < end; at += 2) {
      if (this.view.getUint16(at) === architecture) {
        return true;
      }
    }
    return false;
  }

  /** RFC 3004 §4 puts the length of each class before it; iPXE sends its class alone. */
  private hasUserClass(message: Message, start: number, end: number): boolean {
    const { view } = this;
    if (start === end || (message.startsWith(OPTION_USER_CLASS, view, start, end) && message.next() < 0)) {
      return true;
    }
    message.open(OPTION_USER_CLASS);
    for (let bytes = message.next(); bytes >= 0; bytes = message.next()) {
      let isSame = bytes === end - start;
      for (let index = 0; index < bytes; index++) {
        const byte = message.next();
        isSame = isSame && byte === view.getUint8(start + index);
      }
      if (isSame) {
        return true;
      }
    }
    return false;
  }

  private hasHardware(message: Message, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if (at - start >= message.hardwareLength || message.hardwareByte(at - start) !== this.view.getUint8(at)) {
        return false;
      }
    }
    return true;
  }
}

/** @throws RangeError for a rule that cannot work, or too many. */
export function encodedRules(rules: readonly BootRule[]): number[] {
  if (rules.length > MAX_RULES) {
    throw new RangeError(`there are ${rules.length} boot rules; at most ${MAX_RULES} are possible`);
  }
  return [...rules.flatMap(encodedRule), ...END];
}

function encodedRule({ architectures, vendorClass, userClass, hardwareAddress, file }: BootRule): number[] {
  return [
    ...condition(
      "architectures",
      architectures?.flatMap((number) => [(number >> 8) & 0xff, number & 0xff]),
    ),
    ...condition("vendorClass", vendorClass === undefined ? undefined : textBytes(vendorClass)),
    ...condition("userClass", userClass === undefined ? undefined : textBytes(userClass)),
    ...condition("hardwareAddress", hardwareAddress),
    ...counted(template(file)),
  ];
}

function condition(name: string, bytes: readonly number[] | undefined): number[] {
  return bytes === undefined
    ? [0]
    : [checked(`length of a boot rule's ${name} in bytes`, bytes.length, 1, MAX_CONDITION_BYTES), ...bytes];
}

function template(file: string): number[] {
  const marked = file
    .split("{mac}")
    .join(String.fromCharCode(MARK_MAC))
    .split("{address}")
    .join(String.fromCharCode(MARK_ADDRESS));
  const codes = textBytes(marked);
  if (codes.some((code) => code > 0x7e || (code < 0x20 && code !== MARK_MAC && code !== MARK_ADDRESS))) {
    throw new RangeError(`the boot file "${file}" has a character that is not ASCII`);
  }
  const bytes = codes.reduce((sum, code) => sum + longest(code), 0);
  if (bytes === 0 || bytes > MAX_FILE_BYTES) {
    throw new RangeError(`the boot file "${file}" has up to ${bytes} bytes; 1 to ${MAX_FILE_BYTES} are possible`);
  }
  if (/[{}]/.test(marked)) {
    throw new RangeError(`the boot file "${file}" has an unknown placeholder; expected {mac} or {address}`);
  }
  return codes;
}

/** Bytes that a code of a template becomes at most. */
function longest(code: number): number {
  return code === MARK_MAC ? MAC_BYTES : code === MARK_ADDRESS ? ADDRESS_BYTES : 1;
}
