/** Watches whether clients that were told a file ask for it: those that do not are what a technician looks for. */
import type { DhcpLease } from "../../dhcp/dhcp-server.js";

/** Loaders ask within seconds; some count down before that. */
const PATIENCE_MS = 30_000;

/** A client that was told a boot file. */
export interface ToldClient extends DhcpLease {
  /** Whether it has asked this server for any file since then. */
  hasAsked: boolean;
}

export class BootWatch {
  private readonly clients = new Map<string, ToldClient & { timer: NodeJS.Timeout }>();

  /** @param onSilent called for a client that has not asked for anything for 30 seconds. */
  constructor(private readonly onSilent: (client: ToldClient) => void) {}

  /** A client has an address, and perhaps a file to fetch. */
  told(lease: DhcpLease): void {
    this.forget(lease.address);
    if (lease.file !== "") {
      const timer = setTimeout(() => this.check(lease.address), PATIENCE_MS).unref();
      this.clients.set(lease.address, { ...lease, hasAsked: false, timer });
    }
  }

  /** A client asks for a file. */
  asked(address: string): void {
    const client = this.clients.get(address);
    if (client !== undefined) {
      client.hasAsked = true;
      clearTimeout(client.timer);
    }
  }

  forget(address: string): void {
    clearTimeout(this.clients.get(address)?.timer);
    this.clients.delete(address);
  }

  private check(address: string): void {
    const client = this.clients.get(address);
    if (client !== undefined && !client.hasAsked) {
      this.onSilent(client);
    }
  }
}
