/** The messages that the server sends (RFC 2131 §4.3.1, table 3). */
import { ascii } from "../text.js";
import { ADDRESS_BYTES, ETHERNET_BYTES, writeAddress } from "./address-text.js";
import type { BootRules } from "./boot-rules.js";
import type { DhcpTransport } from "./host.js";
import { type Leases, NO_LEASE, NO_RULE } from "./leases.js";
import type { Message, OptionValue } from "./message.js";
import { Outgoing } from "./outgoing.js";
import { isPxeClient, isRaspberryPi, PXE_CLIENT, RASPBERRY_PI_BOOT, USE_BOOT_FILE } from "./pxe.js";
import type { DhcpSettings } from "./settings.js";
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
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DISCOVER,
  FLAG_BROADCAST,
  HARDWARE_ETHERNET,
  IP_AND_UDP_BYTES,
  MAX_REPLY_BYTES,
  MIN_REPLY_BYTES,
  NO_ADDRESS,
  OPERATION_REPLY,
  OPERATION_REQUEST,
  OPTION_BOOT_FILE,
  OPTION_CLIENT_IDENTIFIER,
  OPTION_DOMAIN_NAME,
  OPTION_LEASE_TIME,
  OPTION_MACHINE_IDENTIFIER,
  OPTION_NAME_SERVERS,
  OPTION_REBINDING_TIME,
  OPTION_RENEWAL_TIME,
  OPTION_ROUTERS,
  OPTION_SERVER_IDENTIFIER,
  OPTION_SUBNET_MASK,
  OPTION_TFTP_SERVER_ADDRESSES,
  OPTION_TFTP_SERVER_NAME,
  OPTION_TIME_SERVERS,
  OPTION_VENDOR_CLASS,
  OPTION_VENDOR_SPECIFIC,
  REFUSE,
} from "./wire.js";

/** First byte of a hardware address that no maker gives (IEEE 802). */
const LOCALLY_ADMINISTERED = 2;

export class Reply {
  private readonly outgoing: Outgoing;
  private readonly domainName: DataView;
  /** The address of the TFTP server as text. */
  private readonly serverName: DataView;

  constructor(
    transport: DhcpTransport,
    private readonly settings: DhcpSettings,
    private readonly rules: BootRules,
    private readonly leases: Leases,
  ) {
    this.outgoing = new Outgoing(transport);
    this.domainName = ascii(settings.domainName);
    const name = new DataView(new ArrayBuffer(ADDRESS_BYTES));
    this.serverName = new DataView(name.buffer, 0, writeAddress(name, 0, settings.tftpServer));
  }

  /** Asks whether there is another server. Its answer has this server's transaction. */
  sendDiscover(): void {
    const { outgoing, settings } = this;
    outgoing.begin(OPERATION_REQUEST, HARDWARE_ETHERNET, ETHERNET_BYTES, settings.transactionId);
    outgoing.view.setUint16(AT_FLAGS, FLAG_BROADCAST);
    // An address that no machine has, so that the other server takes none from a machine, and its log shows who asked.
    outgoing.view.setUint8(AT_HARDWARE_ADDRESS, LOCALLY_ADMINISTERED);
    outgoing.view.setInt32(AT_HARDWARE_ADDRESS + 2, settings.address);
    outgoing.beginOptions(DISCOVER, MAX_REPLY_BYTES);
    outgoing.send(BROADCAST_ADDRESS, DHCP_SERVER_PORT);
  }

  /** Refuses the address that the client wants (DHCPNAK). It goes to all, since the client's address may be wrong. */
  sendRefusal(message: Message): void {
    this.begin(message);
    this.outgoing.beginOptions(REFUSE, MAX_REPLY_BYTES);
    this.outgoing.addBits(OPTION_SERVER_IDENTIFIER, this.settings.address);
    this.give(message, OPTION_CLIENT_IDENTIFIER, message.clientIdentifier);
    this.outgoing.send(BROADCAST_ADDRESS, DHCP_CLIENT_PORT);
  }

  /**
   * Answers with an address, or without one to INFORM.
   *
   * @param type OFFER, ACKNOWLEDGE or BOOTP.
   * @param lease index of the client's lease; NO_LEASE for INFORM.
   */
  sendAnswer(message: Message, type: number, lease: number): void {
    const { outgoing, leases, rules, settings } = this;
    const { view } = outgoing;
    this.begin(message);
    view.setInt32(AT_CLIENT_ADDRESS, message.clientAddress);
    const rule = rules.find(message);
    let fileBytes = 0;
    if (lease !== NO_LEASE) {
      view.setInt32(AT_YOUR_ADDRESS, leases.addressOf(lease));
      leases.setRule(lease, rule);
      fileBytes = rule === NO_RULE ? 0 : rules.write(view, AT_FILE, rule, leases, lease) - AT_FILE;
    }
    if (rule !== NO_RULE) {
      view.setInt32(AT_SERVER_ADDRESS, settings.tftpServer);
      outgoing.put(AT_SERVER_NAME, this.serverName, 0, this.serverName.byteLength);
    }
    outgoing.beginOptions(type, limitOf(message, type));
    if (type !== BOOTP) {
      this.addLease(message, lease);
    }
    this.addNetwork(message);
    if (rule !== NO_RULE) {
      this.addBoot(message, fileBytes);
    }
    const isUnicast = message.clientAddress !== NO_ADDRESS;
    outgoing.send(isUnicast ? message.clientAddress : BROADCAST_ADDRESS, DHCP_CLIENT_PORT);
  }

  private begin(message: Message): void {
    const { outgoing } = this;
    outgoing.begin(OPERATION_REPLY, message.hardwareType, message.hardwareLength, message.transactionId);
    outgoing.view.setUint16(AT_FLAGS, message.wantsBroadcast ? FLAG_BROADCAST : 0);
    outgoing.setHardwareAddress(message.hardwareAddress);
  }

  private addLease(message: Message, lease: number): void {
    const { outgoing, settings } = this;
    const { leaseSeconds } = settings;
    outgoing.addBits(OPTION_SERVER_IDENTIFIER, settings.address);
    if (lease !== NO_LEASE) {
      outgoing.addBits(OPTION_LEASE_TIME, leaseSeconds);
      outgoing.addBits(OPTION_RENEWAL_TIME, leaseSeconds >> 1);
      outgoing.addBits(OPTION_REBINDING_TIME, leaseSeconds - (leaseSeconds >> 3));
    }
    // A client tells its own answers by it (RFC 6842 §3).
    this.give(message, OPTION_CLIENT_IDENTIFIER, message.clientIdentifier);
  }

  private addNetwork(message: Message): void {
    const { outgoing, settings, domainName } = this;
    if (message.wants(OPTION_SUBNET_MASK)) {
      outgoing.addBits(OPTION_SUBNET_MASK, settings.netmask);
    }
    if (message.wants(OPTION_ROUTERS)) {
      outgoing.addAddresses(OPTION_ROUTERS, settings.routers);
    }
    if (message.wants(OPTION_NAME_SERVERS)) {
      outgoing.addAddresses(OPTION_NAME_SERVERS, settings.nameServers);
    }
    if (message.wants(OPTION_TIME_SERVERS)) {
      outgoing.addAddresses(OPTION_TIME_SERVERS, settings.timeServers);
    }
    if (message.wants(OPTION_DOMAIN_NAME)) {
      outgoing.addBytes(OPTION_DOMAIN_NAME, domainName, 0, domainName.byteLength);
    }
  }

  /** @param fileBytes length of the file's name, which is in its field. */
  private addBoot(message: Message, fileBytes: number): void {
    const { outgoing, serverName } = this;
    const isPxe = isPxeClient(message);
    if (isPxe) {
      outgoing.addBytes(OPTION_VENDOR_CLASS, PXE_CLIENT, 0, PXE_CLIENT.byteLength);
      this.give(message, OPTION_MACHINE_IDENTIFIER, message.machineIdentifier);
    }
    if (message.wants(OPTION_TFTP_SERVER_NAME)) {
      outgoing.addBytes(OPTION_TFTP_SERVER_NAME, serverName, 0, serverName.byteLength);
    }
    if (message.wants(OPTION_BOOT_FILE)) {
      outgoing.addBytes(OPTION_BOOT_FILE, outgoing.view, AT_FILE, fileBytes);
    }
    if (message.wants(OPTION_TFTP_SERVER_ADDRESSES)) {
      outgoing.addBits(OPTION_TFTP_SERVER_ADDRESSES, this.settings.tftpServer);
    }
    if (isPxe) {
      const vendorSpecific = isRaspberryPi(message) ? RASPBERRY_PI_BOOT : USE_BOOT_FILE;
      outgoing.addBytes(OPTION_VENDOR_SPECIFIC, vendorSpecific, 0, vendorSpecific.byteLength);
    }
  }

  /** Gives a value of the client's back to it. */
  private give(message: Message, code: number, value: OptionValue): void {
    this.outgoing.addBytes(code, message.kept, value.start, value.length);
  }
}

/** BOOTP has 64 bytes for options. A client of DHCP takes the largest answer, unless it says less (RFC 2132 §9.10). */
function limitOf(message: Message, type: number): number {
  if (type === BOOTP) {
    return MIN_REPLY_BYTES;
  }
  const size = message.maxSizeBytes - IP_AND_UDP_BYTES;
  return size < MIN_REPLY_BYTES || size > MAX_REPLY_BYTES ? MAX_REPLY_BYTES : size;
}
