/** A DHCP and BOOTP server for Node programs on Linux, for a network that has no other. */
import { randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import { DhcpEngine, type DhcpObserver, type DhcpTransport } from "../../../src/dhcp/index.js";
import { addressText } from "../../common/address-text.js";
import { boundLeases, type DhcpLease, leaseOf } from "../../common/dhcp-lease.js";
import { DhcpLoopEngine } from "../../common/dhcp-loop.js";
import { bitsOf, engineOptions, hardwareBytes } from "../../common/dhcp-options.js";
import { Loop } from "../../common/loop.js";
import { now, WakeTimer } from "../clock.js";
import { closeOnAbort } from "../events/close-on-abort.js";
import { isInUse } from "./address-probe.js";
import { checkBootRules, type DhcpServerOptions, netmaskOf } from "./dhcp-options.js";
import { DhcpSockets } from "./dhcp-sockets.js";
import { type KeptLease, LeaseFile } from "./lease-file.js";

/** Position of `ciaddr` in a message: a client fills it in to renew or rebind its lease (RFC 2131 §4.3.2). */
const AT_CLIENT_ADDRESS = 12;

export interface DhcpServerEvents {
  /** No other server has answered for six seconds: clients are served from now on. */
  serving: [];
  /** Another server is in the network. This one is silent until it is closed and made again. */
  silenced: [server: string];
  /** A client has its address, for the first time or again; `isRenewal` if it goes on using the one that it has. */
  leased: [lease: DhcpLease, isRenewal: boolean];
  /** A client has given its address back. */
  released: [lease: DhcpLease];
  /** Another machine uses this address, which is left alone for ten minutes. */
  declined: [address: string];
  /** A client wanted an address that it cannot have. */
  refused: [request: { readonly hardwareAddress: string; readonly address: string }];
  /** No address is left for this client. */
  exhausted: [hardwareAddress: string];
  /** A socket or the file of leases failed, or a listener threw. */
  error: [error: Error];
  close: [];
}

/**
 * Gives addresses and boot files to the clients of one network.
 *
 * ```js
 * const server = new DhcpServer({
 *   host: "192.168.88.1",
 *   range: "192.168.88.100-192.168.88.150",
 *   boot: [{ file: "image.bin" }],
 * });
 * server.on("leased", ({ hardwareAddress, address }) => console.log(hardwareAddress, address));
 * await server.listen();
 * ```
 */
export class DhcpServer extends EventEmitter<DhcpServerEvents> {
  private readonly engine: DhcpEngine;
  private readonly sockets: DhcpSockets;
  private readonly loop: Loop<DhcpLoopEngine>;
  private readonly leaseFile: LeaseFile | undefined;
  private silencedBy = "";
  /** Whether the message that is being handled comes from a client that uses its address. */
  private isRenewal = false;
  private isListening = false;
  private closing: Promise<void> | undefined;

  /** @throws RangeError, TypeError or Error when an option is not acceptable, or no interface has the address. */
  constructor(private readonly options: DhcpServerOptions) {
    super();
    if (process.platform !== "linux") {
      throw new Error("DHCP needs Linux: other systems do not tell broadcasts of one interface from those of another");
    }
    bitsOf("host", String(options.host));
    checkBootRules(options.boot);
    const report = (error: Error): void => this.report(error);
    this.leaseFile = options.leaseFile === undefined ? undefined : new LeaseFile(options.leaseFile, report);
    this.sockets = new DhcpSockets(
      options.host,
      (packet, length, address, port) => {
        this.isRenewal = length >= AT_CLIENT_ADDRESS + 4 && packet.getInt32(AT_CLIENT_ADDRESS) !== 0;
        this.loop.receive(packet, length, 0, address, port);
        this.isRenewal = false;
      },
      report,
    );
    const address = bitsOf("host", options.host);
    const transactionId = randomInt(2 ** 32);
    const checked = engineOptions(options, address, netmaskOf(options.host), transactionId);
    this.engine = new DhcpEngine(this.transport(), checked, this.observer());
    const timer = new WakeTimer(() => this.loop.wake());
    this.loop = new Loop(new DhcpLoopEngine(this.engine), timer, this.sockets, { failed: report });
    closeOnAbort(this, options.signal);
  }

  /** Whether clients are served. */
  get isServing(): boolean {
    return this.engine.isServing;
  }

  /** Address of the other server, because of which this one is silent; empty otherwise. */
  get otherServer(): string {
    return this.silencedBy;
  }

  /** The addresses that clients have. */
  get leases(): readonly DhcpLease[] {
    return boundLeases(this.engine, now());
  }

  /**
   * Opens the sockets and searches for other servers for six seconds; emits `serving` if it found none.
   *
   * @throws NodeJS.ErrnoException EACCES without permission for the ports 67 and 68, EADDRINUSE when another program has one,
   * EADDRNOTAVAIL when `host` is another machine's; Error when the server is closed or listening.
   */
  async listen(): Promise<void> {
    if (this.isListening || this.closing !== undefined) {
      throw new Error(this.isListening ? "The server is listening already" : "The server is closed");
    }
    this.isListening = true;
    const kept = (await this.leaseFile?.read()) ?? [];
    try {
      await this.sockets.open();
    } catch (error) {
      this.isListening = false;
      throw error;
    }
    if (this.closing !== undefined) {
      // It was closed while the sockets were opened.
      this.sockets.stopListening();
      return;
    }
    for (const lease of kept) {
      this.restore(lease);
    }
    this.loop.run((at) => this.engine.start(at));
  }

  /** Answers no more, and keeps the leases in their file. Clients go on using their addresses. */
  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  /** Closes at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closeNow(): Promise<void> {
    this.loop.close();
    await this.leaseFile?.close();
    this.isListening = false;
    this.emitGuarded("close");
  }

  private transport(): DhcpTransport {
    return {
      send: (packet, length, address, port) => this.sockets.send(packet, length, addressText(address), port),
      probe: (address) => void this.probe(address),
    };
  }

  private async probe(address: number): Promise<void> {
    const inUse = await isInUse(addressText(address), this.options.host);
    if (inUse && this.isListening && this.closing === undefined) {
      this.loop.run((at) => this.engine.addressInUse(address, at));
    }
  }

  private restore({ address, hardwareType, hardwareAddress, until }: KeptLease): void {
    const remainingSeconds = Math.floor((Date.parse(until) - Date.now()) / 1000);
    if (remainingSeconds > 0) {
      try {
        const hardware = hardwareBytes("hardwareAddress", hardwareAddress);
        this.engine.restore(bitsOf("address", address), hardwareType, hardware, remainingSeconds, now());
      } catch (error) {
        this.report(error as Error);
      }
    }
  }

  private observer(): DhcpObserver {
    return {
      leased: (lease) => {
        this.keepLeases();
        this.emitGuarded("leased", leaseOf(lease), this.isRenewal);
      },
      released: (lease) => {
        this.keepLeases();
        this.emitGuarded("released", leaseOf(lease));
      },
      declined: (address) => this.emitGuarded("declined", addressText(address)),
      refused: (hardwareAddress, address) =>
        this.emitGuarded("refused", { hardwareAddress, address: addressText(address) }),
      exhausted: (hardwareAddress) => this.emitGuarded("exhausted", hardwareAddress),
      serving: () => this.emitGuarded("serving"),
      silenced: (address) => {
        this.silencedBy = addressText(address);
        this.emitGuarded("silenced", this.silencedBy);
      },
    };
  }

  /** A burst of clients is written as one: the file's writing starts after the engine's work. */
  private keepLeases(): void {
    const { leaseFile } = this;
    if (leaseFile === undefined) {
      return;
    }
    queueMicrotask(() => {
      const kept: KeptLease[] = [];
      this.engine.visitLeases((lease) => {
        if (lease.isBound) {
          const { hardwareType, hardwareAddress, remainingSeconds } = lease;
          const until = new Date(Date.now() + remainingSeconds * 1000).toISOString();
          kept.push({ address: addressText(lease.address), hardwareType, hardwareAddress, until });
        }
      }, now());
      leaseFile.write(kept);
    });
  }

  /** Emits an event in the middle of the engine's work, which nothing that a listener throws may interrupt. */
  private emitGuarded<Name extends keyof DhcpServerEvents>(name: Name, ...details: DhcpServerEvents[Name]): void {
    try {
      (this.emit as (name: string, ...details: unknown[]) => boolean).call(this, name, ...details);
    } catch (error) {
      if (name !== "error") {
        this.report(error as Error);
      }
    }
  }

  private report(error: Error): void {
    if (this.listenerCount("error") > 0) {
      this.emitGuarded("error", error);
    } else {
      process.emitWarning(error);
    }
  }
}
