/** The messages that the server sends (RFC 2131 §4.3.1, table 3). */
import { ETHERNET_BYTES, writeAddress } from "./address-text.js";
import type { BootRules } from "./boot-rules.js";
import { type Leases, NO_LEASE, NO_RULE } from "./leases.js";
import { OPTIONS_AT } from "./memory.js";
import type { Message } from "./message.js";
import type { Network } from "./network.js";
import type { Outgoing } from "./outgoing.js";
import { isPxeClient, isRaspberryPi, PXE_CLIENT, RASPBERRY_PI_BOOT, USE_BOOT_FILE } from "./pxe.js";
import {
  AT_CLIENT_ADDRESS,
  AT_FILE,
  AT_FLAGS,
  AT_HARDWARE_ADDRESS,
  AT_SERVER_ADDRESS,
  AT_SERVER_NAME,
  AT_YOUR_ADDRESS,
  BOOTP,
  BROADCAST_ADDRESS,
  CODE_AND_LENGTH,
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DISCOVER,
  FLAG_BROADCAST,
  HARDWARE_ETHERNET,
  IP_AND_UDP_BYTES,
  MAX_HARDWARE_BYTES,
  MAX_REPLY_BYTES,
  MIN_REPLY_BYTES,
  NO_ADDRESS,
  OPERATION_REPLY,
  OPERATION_REQUEST,
  OPTION_BOOT_FILE,
  OPTION_CLIENT_IDENTIFIER,
  OPTION_END,
  OPTION_HOST_NAME,
  OPTION_LEASE_TIME,
  OPTION_MACHINE_IDENTIFIER,
  OPTION_MAX_MESSAGE_SIZE,
  OPTION_PARAMETER_LIST,
  OPTION_REBINDING_TIME,
  OPTION_RENEWAL_TIME,
  OPTION_SERVER_IDENTIFIER,
  OPTION_SUBNET_MASK,
  OPTION_TFTP_SERVER_ADDRESSES,
  OPTION_TFTP_SERVER_NAME,
  OPTION_VENDOR_CLASS,
  OPTION_VENDOR_SPECIFIC,
  REFUSE,
} from "./wire.js";

/** First byte of a hardware address that no maker gives (IEEE 802). */
const LOCALLY_ADMINISTERED = 2;

export class Reply {
  constructor(
    private readonly outgoing: Outgoing,
    readonly network: Network,
    private readonly rules: BootRules,
    private readonly leases: Leases,
  ) {}

  /** A request as a client of BOOTP sends it, in place of a message that is sent. */
  requestOf(hardwareType: number, hardwareAddress: readonly number[]): DataView {
    const { view } = this.outgoing;
    this.outgoing.begin(OPERATION_REQUEST, hardwareType, hardwareAddress.length, 0);
    for (let index = 0; index < Math.min(hardwareAddress.length, MAX_HARDWARE_BYTES); index++) {
      view.setUint8(AT_HARDWARE_ADDRESS + index, hardwareAddress[index] as number);
    }
    return view;
  }

  /** Asks whether there is another server. Its answer has this server's transaction. */
  sendDiscover(): void {
    const { outgoing, network } = this;
    outgoing.begin(OPERATION_REQUEST, HARDWARE_ETHERNET, ETHERNET_BYTES, network.transactionId);
    outgoing.view.setUint16(AT_FLAGS, FLAG_BROADCAST);
    // An address that no machine has, so that the other server takes none from a machine, and its log shows who asked.
    outgoing.view.setUint8(AT_HARDWARE_ADDRESS, LOCALLY_ADMINISTERED);
    outgoing.view.setInt32(AT_HARDWARE_ADDRESS + 2, network.address);
    outgoing.beginOptions(DISCOVER, MAX_REPLY_BYTES);
    outgoing.send(BROADCAST_ADDRESS, DHCP_SERVER_PORT);
  }

  /** Refuses the address that the client wants (DHCPNAK). It goes to all, since the client's address may be wrong. */
  sendRefusal(message: Message): void {
    const { outgoing } = this;
    this.begin(message);
    outgoing.beginOptions(REFUSE, MAX_REPLY_BYTES);
    outgoing.addBits(OPTION_SERVER_IDENTIFIER, this.network.address);
    outgoing.addFrom(message, OPTION_CLIENT_IDENTIFIER);
    outgoing.send(BROADCAST_ADDRESS, DHCP_CLIENT_PORT);
  }

  /**
   * Answers with an address, or without one to a client that has one.
   *
   * @param type OFFER, ACKNOWLEDGE or BOOTP.
   * @param lease index of the client's lease; NO_LEASE for a client that has an address.
   */
  sendAnswer(message: Message, type: number, lease: number): void {
    const { outgoing, leases } = this;
    this.begin(message);
    outgoing.view.setInt32(AT_CLIENT_ADDRESS, message.clientAddress);
    const rule = this.rules.find(message);
    let fileEnd = AT_FILE;
    if (lease !== NO_LEASE) {
      outgoing.view.setInt32(AT_YOUR_ADDRESS, leases.addressOf(lease));
      leases.setRule(lease, rule);
    }
    if (rule !== NO_RULE) {
      fileEnd = this.writeBoot(message, rule, lease);
    }
    outgoing.beginOptions(type, limitOf(message, type));
    if (type !== BOOTP) {
      this.addLease(message, lease);
    }
    if (rule !== NO_RULE && isPxeClient(message)) {
      this.addPxe(message);
    }
    this.addWanted(message, lease, fileEnd);
    const isUnicast = message.clientAddress !== NO_ADDRESS;
    outgoing.send(isUnicast ? message.clientAddress : BROADCAST_ADDRESS, DHCP_CLIENT_PORT);
  }

  private begin(message: Message): void {
    const { outgoing } = this;
    outgoing.begin(OPERATION_REPLY, message.hardwareType, message.hardwareLength, message.transactionId);
    outgoing.view.setUint16(AT_FLAGS, message.wantsBroadcast ? FLAG_BROADCAST : 0);
    for (let index = 0; index < message.hardwareLength; index++) {
      outgoing.view.setUint8(AT_HARDWARE_ADDRESS + index, message.hardwareByte(index));
    }
  }

  /** Writes server and file into their fields. Returns the index after the file's name. */
  private writeBoot(message: Message, rule: number, lease: number): number {
    const { outgoing, network, leases } = this;
    const { view } = outgoing;
    const address = lease === NO_LEASE ? message.clientAddress : leases.addressOf(lease);
    view.setInt32(AT_SERVER_ADDRESS, network.tftpServer);
    writeAddress(view, AT_SERVER_NAME, network.tftpServer);
    return this.rules.write(view, AT_FILE, rule, address, view, AT_HARDWARE_ADDRESS, message.hardwareLength);
  }

  private addLease(message: Message, lease: number): void {
    const { outgoing, network } = this;
    const { leaseSeconds } = network;
    outgoing.addBits(OPTION_SERVER_IDENTIFIER, network.address);
    if (lease !== NO_LEASE) {
      outgoing.addBits(OPTION_LEASE_TIME, leaseSeconds);
      outgoing.addBits(OPTION_RENEWAL_TIME, leaseSeconds >> 1);
      outgoing.addBits(OPTION_REBINDING_TIME, leaseSeconds - (leaseSeconds >> 3));
    }
    // A client tells its own answers by it (RFC 6842 §3).
    outgoing.addFrom(message, OPTION_CLIENT_IDENTIFIER);
  }

  private addPxe(message: Message): void {
    const { outgoing } = this;
    outgoing.addBytes(OPTION_VENDOR_CLASS, PXE_CLIENT, 0, PXE_CLIENT.byteLength);
    outgoing.addFrom(message, OPTION_MACHINE_IDENTIFIER);
    const vendorSpecific = isRaspberryPi(message) ? RASPBERRY_PI_BOOT : USE_BOOT_FILE;
    outgoing.addBytes(OPTION_VENDOR_SPECIFIC, vendorSpecific, 0, vendorSpecific.byteLength);
  }

  /** Adds what the client's list asks for, in its order, the most important first (RFC 2132 §9.8); all without a list. */
  private addWanted(message: Message, lease: number, fileEnd: number): void {
    const { view } = this.network;
    message.open(OPTION_PARAMETER_LIST);
    let code = message.next();
    if (code < 0) {
      for (let at = OPTIONS_AT; view.getUint8(at) !== OPTION_END; at = afterOption(view, at)) {
        this.addOption(view.getUint8(at), lease, fileEnd);
      }
      this.addOption(OPTION_BOOT_FILE, lease, fileEnd);
      this.addOption(OPTION_HOST_NAME, lease, fileEnd);
      return;
    }
    for (; code >= 0; code = message.next()) {
      // The netmask comes before the routers (RFC 2132 §3.3).
      if (code === OPTION_SUBNET_MASK) {
        this.addOption(code, lease, fileEnd);
      }
    }
    message.open(OPTION_PARAMETER_LIST);
    for (code = message.next(); code >= 0; code = message.next()) {
      this.addOption(code, lease, fileEnd);
    }
  }

  /** @param fileEnd index after the file's name; the client is told no TFTP server without one. */
  private addOption(code: number, lease: number, fileEnd: number): void {
    const { outgoing } = this;
    const isBoot = code === OPTION_TFTP_SERVER_NAME || code === OPTION_TFTP_SERVER_ADDRESSES;
    if (outgoing.has(code) || (isBoot && fileEnd === AT_FILE)) {
      return;
    }
    if (code === OPTION_BOOT_FILE) {
      outgoing.addBytes(code, outgoing.view, AT_FILE, fileEnd);
    } else if (code === OPTION_HOST_NAME) {
      this.addHostName(lease);
    } else {
      this.addSet(code);
    }
  }

  private addHostName(lease: number): void {
    const { view } = this.network;
    if (lease !== NO_LEASE && this.leases.isFixed(lease)) {
      let at = this.rules.end;
      for (let index = 0; index < lease; index++) {
        at += 1 + view.getUint8(at);
      }
      this.outgoing.addBytes(OPTION_HOST_NAME, view, at + 1, at + 1 + view.getUint8(at));
    }
  }

  private addSet(code: number): void {
    const { view } = this.network;
    for (let at = OPTIONS_AT; view.getUint8(at) !== OPTION_END; at = afterOption(view, at)) {
      if (view.getUint8(at) === code) {
        this.outgoing.addBytes(code, view, at + CODE_AND_LENGTH, afterOption(view, at));
      }
    }
  }
}

function afterOption(view: DataView, at: number): number {
  return at + CODE_AND_LENGTH + view.getUint8(at + 1);
}

/** BOOTP has 64 bytes for options. A client of DHCP takes the largest answer, unless it says less (RFC 2132 §9.10). */
function limitOf(message: Message, type: number): number {
  if (type === BOOTP) {
    return MIN_REPLY_BYTES;
  }
  const size = message.number(OPTION_MAX_MESSAGE_SIZE, 2, 0) - IP_AND_UDP_BYTES;
  return size < MIN_REPLY_BYTES || size > MAX_REPLY_BYTES ? MAX_REPLY_BYTES : size;
}
