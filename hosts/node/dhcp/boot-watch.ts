/** Watches whether clients that were told a file ask for it: those that do not are what a technician looks for. */
import type { DhcpLease } from "../../common/dhcp-lease.js";
import type { AddressedClient, AddressSource } from "../../status/address-source.js";
import type { TftpServer } from "../server.js";
import type { DhcpServer } from "./dhcp-server.js";

/** Loaders ask within seconds; some count down before that. */
const PATIENCE_MS = 30_000;

/**
 * Puts together what a DHCP server tells its clients, and what these ask a TFTP server for.
 *
 * ```js
 * const page = new StatusPage(tftpServer, { dhcp: new BootWatch(dhcpServer, tftpServer) });
 * ```
 */
export class BootWatch implements AddressSource {
  /** Timers of clients that have not asked yet, by address. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  /** @param onSilent called for a client that has not asked for anything for 30 seconds. */
  constructor(
    private readonly dhcp: DhcpServer,
    tftp: TftpServer,
    private readonly onSilent: (lease: DhcpLease) => void = () => {},
  ) {
    dhcp.on("leased", (lease) => this.told(lease));
    dhcp.on("released", ({ address }) => this.forget(address));
    tftp.on("started", ({ address }) => this.forget(address as string));
    tftp.on("refused", ({ address }) => this.forget(address));
  }

  get isServing(): boolean {
    return this.dhcp.isServing;
  }

  get otherServer(): string {
    return this.dhcp.otherServer;
  }

  get clients(): readonly AddressedClient[] {
    return this.dhcp.leases.map((lease) => ({ ...lease, hasAsked: !this.waiting.has(lease.address) }));
  }

  private told(lease: DhcpLease): void {
    this.forget(lease.address);
    if (lease.file !== "") {
      this.waiting.set(lease.address, setTimeout(() => this.onSilent(lease), PATIENCE_MS).unref());
    }
  }

  private forget(address: string): void {
    clearTimeout(this.waiting.get(address));
    this.waiting.delete(address);
  }
}
