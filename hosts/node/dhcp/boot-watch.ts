/** Watches whether clients that were told a file ask for it: those that do not are what a technician looks for. */
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED } from "../../../src/index.js";
import type { DhcpLease } from "../../common/dhcp-lease.js";
import { isToldFile } from "../../common/told-file.js";
import type { AddressedClient, AddressSource, BootState } from "../../status/address-source.js";
import { now } from "../clock.js";
import type { DhcpServer } from "./dhcp-server.js";

/** Loaders ask within seconds; some count down before that. */
const PATIENCE_MS = 30_000;

/** A client that has an address, and how far it has come. */
export interface WatchedClient extends AddressedClient {
  /** Whether it was told a file, and has asked for none for 30 seconds. */
  readonly isOverdue: boolean;
  /** Time of the last change, on the clock of `TftpServer.now()`. */
  readonly changedAt: number;
}

interface Boot {
  readonly told: string;
  state: BootState;
  askedFile: string;
  isOverdue: boolean;
  changedAt: number;
  patience: NodeJS.Timeout | undefined;
}

/** The events of a `TftpServer` that are watched. Its class has declarations in two modules, which TypeScript tells apart. */
interface WatchedTransfers {
  on(event: "started" | "refused", listener: (request: { address: string; name: string }) => void): unknown;
  on(
    event: "ended",
    listener: (transfer: { address: string; name: string; isUpload: boolean }, end: { outcome: number }) => void,
  ): unknown;
}

/**
 * Puts together what a DHCP server tells its clients, and what these ask a TFTP server for.
 *
 * ```js
 * const page = new StatusPage(tftpServer, { dhcp: new BootWatch(dhcpServer, tftpServer) });
 * ```
 */
export class BootWatch implements AddressSource {
  /** By address of the client. */
  private readonly boots = new Map<string, Boot>();
  private readonly listeners: (() => void)[] = [];

  /**
   * @param onSilent called for a client that has not asked for anything for 30 seconds.
   * @param onFetched called for a client that has its file.
   */
  constructor(
    private readonly dhcp: DhcpServer,
    tftp: WatchedTransfers,
    private readonly onSilent: (lease: DhcpLease) => void = () => {},
    private readonly onFetched: (lease: DhcpLease) => void = () => {},
  ) {
    dhcp.on("leased", (lease, isRenewal) => this.told(lease, isRenewal));
    dhcp.on("released", ({ address }) => this.forget(address));
    tftp.on("started", ({ address, name }) => this.asked(address, name, "asked"));
    tftp.on("refused", ({ address, name }) => this.asked(address, name, "refused"));
    tftp.on("ended", ({ address, name, isUpload }, { outcome }) => {
      if (!isUpload && (outcome === OUTCOME_COMPLETED || outcome === OUTCOME_PROBABLY_COMPLETED)) {
        this.fetched(address, name);
      }
    });
  }

  get isServing(): boolean {
    return this.dhcp.isServing;
  }

  get otherServer(): string {
    return this.dhcp.otherServer;
  }

  get clients(): readonly WatchedClient[] {
    return this.dhcp.leases.map((lease) => {
      // A lease that was kept over a restart was told its file by the former process.
      const {
        state = "untold",
        askedFile = "",
        isOverdue = false,
        changedAt = 0,
      } = this.boots.get(lease.address) ?? {};
      return { ...lease, state, askedFile, isOverdue, changedAt };
    });
  }

  /** Calls a function whenever a client has an address, or does something about its file. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A client that renews its lease has started long ago, and is told the same once more. */
  private told(lease: DhcpLease, isRenewal: boolean): void {
    const { address, file } = lease;
    if (isRenewal && this.boots.get(address)?.told === file) {
      return;
    }
    this.forget(address);
    const state = file === "" || isRenewal ? "untold" : "silent";
    const boot: Boot = { told: file, state, askedFile: "", isOverdue: false, changedAt: 0, patience: undefined };
    if (state === "silent") {
      boot.patience = setTimeout(() => {
        boot.isOverdue = true;
        this.onSilent(lease);
        this.changed(boot);
      }, PATIENCE_MS).unref();
    }
    this.boots.set(address, boot);
    this.changed(boot);
  }

  private asked(address: string, name: string, state: "asked" | "refused"): void {
    const boot = this.boots.get(address);
    if (boot !== undefined && boot.state !== "untold" && boot.state !== "fetched") {
      clearTimeout(boot.patience);
      const isTold = isToldFile(boot.told, name);
      boot.state = isTold ? state : boot.state === "silent" ? "elsewhere" : boot.state;
      boot.askedFile = name;
      boot.isOverdue = false;
      this.changed(boot);
    }
  }

  private fetched(address: string, name: string): void {
    const boot = this.boots.get(address);
    if (boot?.state === "asked" && isToldFile(boot.told, name)) {
      boot.state = "fetched";
      this.changed(boot);
      const lease = this.dhcp.leases.find((held) => held.address === address);
      if (lease !== undefined) {
        this.onFetched(lease);
      }
    }
  }

  private changed(boot: Boot): void {
    boot.changedAt = now();
    for (const listener of this.listeners) {
      listener();
    }
  }

  private forget(address: string): void {
    clearTimeout(this.boots.get(address)?.patience);
    this.boots.delete(address);
  }
}
