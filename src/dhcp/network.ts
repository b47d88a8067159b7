/** The server's network: numbers that do not change, in the server's buffer. */
import { type DhcpSettings, isUsable } from "./settings.js";

const AT_ADDRESS = 0;
const AT_NETMASK = AT_ADDRESS + 4;
const AT_TFTP_SERVER = AT_ADDRESS + 8;
const AT_TRANSACTION_ID = AT_ADDRESS + 12;
const AT_LEASE_SECONDS = AT_ADDRESS + 16;
export const NETWORK_END = AT_ADDRESS + 20;

export class Network {
  constructor(
    /** The server's buffer. */
    readonly view: DataView,
    settings: DhcpSettings,
  ) {
    view.setInt32(AT_ADDRESS, settings.address);
    view.setInt32(AT_NETMASK, settings.netmask);
    view.setInt32(AT_TFTP_SERVER, settings.tftpServer);
    view.setInt32(AT_TRANSACTION_ID, settings.transactionId);
    view.setInt32(AT_LEASE_SECONDS, settings.leaseSeconds);
  }

  /** The server's own address. */
  get address(): number {
    return this.view.getInt32(AT_ADDRESS);
  }

  get tftpServer(): number {
    return this.view.getInt32(AT_TFTP_SERVER);
  }

  /** Marks the server's own questions. */
  get transactionId(): number {
    return this.view.getInt32(AT_TRANSACTION_ID);
  }

  get leaseSeconds(): number {
    return this.view.getInt32(AT_LEASE_SECONDS);
  }

  /** Whether a machine can have the address in the network. */
  isUsable(address: number): boolean {
    return isUsable(address, this.address, this.view.getInt32(AT_NETMASK));
  }
}
