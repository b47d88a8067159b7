/**
 * A TFTP server for Node programs: the engine, with UDP sockets and a folder.
 */
import { EventEmitter } from "node:events";
import {
  type Address,
  checked,
  FIRST_LISTENER,
  type LocalPort,
  MAX_PORT,
  type Observer,
  type Outcome,
  Server,
  type ServerOptions,
  type Storage,
  TFTP_PORT,
  type TransferView,
  type Transport,
} from "../../src/index.js";
import type { Catalogue } from "../common/catalogue.js";
import type { StatusSource } from "../status/source.js";
import { MAX_TIMER_MS, now } from "./clock.js";
import { Served, type ServedOptions } from "./content.js";
import { PollTimer } from "./poll-timer.js";
import type { Renamed } from "./rules/rule-storage.js";
import { addressHash } from "./udp/address-hash.js";
import { ALL_IPV4, ALL_IPV6 } from "./udp/addresses.js";
import { BusyPolling } from "./udp/busy-polling.js";
import { ReceiveBuffer, sendDatagram } from "./udp/datagrams.js";
import { Listeners } from "./udp/listeners.js";
import { type PortRange, TransferPorts } from "./udp/transfer-ports.js";

/** Enough for a hall of machines that start together. */
const DEFAULT_MAX_TRANSFERS = 1024;

/** What a {@link TftpServer} is told at construction. */
export interface TftpServerOptions extends Omit<ServerOptions, "addressHash">, ServedOptions {
  /** Addresses or names to listen on. Default: every address of the machine, IPv4 and IPv6. */
  host?: string | readonly string[];
  /** The port on which requests arrive. Default 69, which needs a right on most systems. 0 takes any free port. */
  port?: number;
  /** How many transfers there can be at once, 1 to 65,536. Default 1,024; a slot costs some 300 bytes. */
  maxTransfers?: number;
  /** Transfers take their ports from here. Default: any free port. */
  portRange?: PortRange;
  /**
   * While transfers run, look for the next packet for 50 microseconds before sleeping, as long as that pays. It makes
   * lock-step transfers on a fast network up to twice as fast, and keeps a core busier. Default true.
   */
  busyPolling?: boolean;
  /** Closes the server at once when it is aborted. */
  signal?: AbortSignal;
}

/** A request that was answered with an ERROR. */
export interface RefusedRequest {
  /**
   * The name that was asked for; empty where there is none that can be read. It may hold anything, control characters
   * included: show it through {@link printable}.
   */
  readonly name: string;
  /** Whether the client wanted to put the file. */
  readonly isUpload: boolean;
  /** The error code of RFC 1350 §5. */
  readonly errorCode: number;
  /** The client's address. */
  readonly address: string;
  /** The client's port. */
  readonly port: number;
}

/** A request for one name that a rule has given the file of another name, if there is such a file. */
export interface RenamedRequest {
  /** The name that was asked for. */
  readonly name: string;
  /** The name that the rule has made of it. */
  readonly foundName: string;
  /** Whether the client wants to put the file. */
  readonly isUpload: boolean;
  /** The client's address. */
  readonly address: string;
}

/** How a transfer ended. */
export interface EndedTransfer {
  /** One of the constants `OUTCOME_…`; {@link outcomeText} puts it in words. */
  readonly outcome: Outcome;
  /** From the request to the end, in milliseconds. */
  readonly durationMs: number;
}

/** The events of a {@link TftpServer}. A `TransferView` is good during the event only: copy what you keep. */
export interface TftpServerEvents {
  /** A request was accepted. */
  started: [transfer: TransferView];
  /** Blocks got through. It comes for every ACK of a download and every block of an upload, so be quick. */
  progress: [transfer: TransferView];
  /** A transfer is over, well or not. */
  ended: [transfer: TransferView, end: EndedTransfer];
  /** A request was answered with an ERROR. */
  refused: [request: RefusedRequest];
  /** A rule has given a request the file of another name. */
  renamed: [request: RenamedRequest];
  /** The server is closed: it has no socket and no timer any more. */
  close: [];
}

/** Where a server listens. */
export interface ListeningAddress {
  /** An address of this machine, IPv4 or IPv6. */
  readonly address: string;
  /** The port, also where any free one was asked for. */
  readonly port: number;
}

/** How a {@link TftpServer} is closed. */
export interface CloseOptions {
  /** How long running transfers may go on, in milliseconds. Default 0. */
  graceMs?: number;
}

/**
 * A TFTP server.
 *
 * ```js
 * const server = new TftpServer({ root: "/srv/tftp" });
 * server.on("ended", (transfer, { outcome }) => console.log(transfer.name, outcomeText(outcome)));
 * await server.listen();
 * ```
 *
 * Any number of servers can be in one process.
 */
export class TftpServer extends EventEmitter<TftpServerEvents> implements StatusSource {
  /** The largest upload in bytes. */
  readonly maxSizeBytes: number;
  private readonly engine: Server;
  private served: Served;
  /** Calls of `reconfigure`, and which of them has brought what is served now. */
  private reconfigurations = 0;
  private servedSince = 0;
  private readonly hosts: readonly string[];
  private readonly port: number;
  private readonly listeningSockets: Listeners;
  private readonly transferPorts: TransferPorts;

  private readonly receiveBuffer = new ReceiveBuffer();
  private readonly busyPolling: BusyPolling;

  private readonly timer: PollTimer;
  private isListening = false;
  private closing: Promise<void> | undefined;
  private whenIdle: (() => void) | undefined;

  /**
   * @throws RangeError or TypeError when an option is not acceptable; NodeJS.ErrnoException ENOENT or ENOTDIR when `root`
   * is no folder.
   */
  constructor(options: TftpServerOptions) {
    super();
    this.served = new Served(options, this.renamed);
    this.maxSizeBytes = options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER;
    this.hosts = hostsOf(options.host);
    this.port = checkedPort("port", options.port ?? TFTP_PORT, 0);
    this.listeningSockets = new Listeners((message, listener, address, port) => {
      if (this.served.allowed.includes(address)) {
        this.received(message, listener, address, port);
      }
    });
    this.transferPorts = new TransferPorts(checkedRange(options.portRange), (message, transferPort, address, port) =>
      this.received(message, transferPort, address, port),
    );
    this.busyPolling = new BusyPolling(options.busyPolling ?? true);
    this.engine = new Server(
      this.transport(),
      this.storageForEngine(),
      { ...options, maxTransfers: options.maxTransfers ?? DEFAULT_MAX_TRANSFERS, addressHash },
      this.observer(),
    );
    this.timer = new PollTimer(this.engine, () => this.endIfIdle());
    this.obey(options.signal);
  }

  /** How many transfers are running. */
  get running(): number {
    return this.engine.running;
  }

  /** How many transfers can run at once. */
  get maxTransfers(): number {
    return this.engine.free + this.engine.used;
  }

  /** What is served, under the names that files have: no rule applies. It never throws. */
  get storage(): Storage {
    return this.served.files;
  }

  /** What the storage offers for people who look at it, if it does. */
  get catalogue(): Catalogue | undefined {
    return this.served.catalogue;
  }

  /** Requests that got no answer, because all transfers were taken or a limit was reached. */
  get unansweredRequests(): number {
    return this.engine.unansweredRequests;
  }

  /** Shows each running transfer. The view is good during the call only: copy what you keep. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    this.engine.visitRunning(visit);
  }

  /** The time in which `startedAt` of a transfer is told: whole milliseconds that never go back. */
  now(): number {
    return now();
  }

  /** Where the server listens, address by address; empty before `listen` and after `close`. */
  get addresses(): readonly ListeningAddress[] {
    return this.listeningSockets.addresses;
  }

  /**
   * Begins to listen. Removes before what uploads of an earlier run have left unfinished.
   *
   * @throws NodeJS.ErrnoException EACCES without the right to the port, EADDRINUSE when it is taken, EADDRNOTAVAIL when
   * an address is not this machine's, ENOTFOUND when a name means nothing; Error when the server is closed or listening.
   */
  async listen(): Promise<void> {
    if (this.isListening || this.closing !== undefined) {
      throw new Error(this.isListening ? "The server is listening already" : "The server is closed");
    }
    this.isListening = true;
    try {
      await this.served.removeLitter();
      await this.listeningSockets.listen(this.hosts, this.port);
    } catch (error) {
      this.isListening = false;
      throw error;
    }
    if (this.closing !== undefined) {
      // Closed while it was looking up names.
      this.listeningSockets.close();
    }
  }

  /**
   * Replaces what is served and to whom, all of it: an option that is left out has its default again. Running transfers
   * go on with the file that they have opened. Of several calls at the same time the last one counts.
   *
   * @throws as the constructor does, and what listing a folder throws. Nothing has changed then.
   */
  async reconfigure(options: ServedOptions): Promise<void> {
    const served = new Served(options, this.renamed);
    const reconfiguration = ++this.reconfigurations;
    await served.removeLitter();
    if (reconfiguration > this.servedSince) {
      this.servedSince = reconfiguration;
      this.served = served;
    }
  }

  /**
   * Takes no more requests, gives running transfers the grace time, and closes everything. Unfinished uploads leave
   * nothing. A later call with a shorter grace time shortens it.
   */
  close({ graceMs = 0 }: CloseOptions = {}): Promise<void> {
    this.engine.accepting = false;
    this.closing ??= this.closed();
    if (graceMs <= 0 || this.engine.running === 0) {
      this.whenIdle?.();
    } else if (graceMs <= MAX_TIMER_MS) {
      // A longer grace time has no end.
      setTimeout(() => this.whenIdle?.(), graceMs).unref();
    }
    return this.closing;
  }

  /** Closes at once, at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
    });
    this.engine.stop(now());
    this.timer.clear();
    this.listeningSockets.close();
    this.transferPorts.closeResting();
    this.isListening = false;
    this.emit("close");
  }

  private received(message: Buffer, localPort: LocalPort, address: string, port: number): void {
    const length = this.receiveBuffer.put(message);
    if (localPort >= FIRST_LISTENER) {
      this.engine.request(this.receiveBuffer.view, length, localPort, address, port, now());
    } else {
      this.engine.receive(this.receiveBuffer.view, length, localPort, address, port, now());
    }
    this.afterEngine();
    if (this.engine.running > 0) {
      this.busyPolling.packetAnswered();
    }
  }

  private afterEngine(): void {
    this.timer.set();
    this.endIfIdle();
  }

  private endIfIdle(): void {
    if (this.whenIdle !== undefined && this.engine.running === 0) {
      this.whenIdle();
    }
  }

  /** What is served may be replaced; the engine has one storage as long as it lives. */
  private storageForEngine(): Storage {
    return {
      openForReading: (name, address) => this.served.openForReading(name, address),
      openForWriting: (name, sizeBytes, address) => this.served.openForWriting(name, sizeBytes, address),
    };
  }

  private readonly renamed: Renamed = (name, foundName, address, isUpload) =>
    this.tell("renamed", { name, foundName, address, isUpload });

  private transport(): Transport {
    const listeners = this.listeningSockets;
    const transferPorts = this.transferPorts;
    return {
      open: (transferPort, listener, peerAddress, peerPort) =>
        transferPorts.open(transferPort, listeners.get(listener).address, peerAddress as string, peerPort),
      close: (transferPort) => transferPorts.close(transferPort),
      send: (packet, length, localPort, address, port) => {
        const socket = localPort >= FIRST_LISTENER ? listeners.get(localPort).socket : transferPorts.get(localPort);
        if (socket !== undefined) {
          sendDatagram(socket, packet, length, port, address as string);
        }
      },
    };
  }

  private observer(): Observer {
    return {
      started: (transfer) => this.tell("started", transfer),
      progressed: (transfer) => this.tell("progress", transfer),
      ended: (transfer, outcome, at) => this.tell("ended", transfer, { outcome, durationMs: at - transfer.startedAt }),
      refused: (name: string, isUpload: boolean, errorCode: number, address: Address, port: number) =>
        this.tell("refused", { name, isUpload, errorCode, address: address as string, port }),
    };
  }

  /** Emits an event in the middle of the engine's work: what a listener throws is thrown later, past the engine. */
  private tell<Name extends keyof TftpServerEvents>(name: Name, ...details: TftpServerEvents[Name]): void {
    if (this.listenerCount(name) === 0) {
      // Progress comes for each packet; to emit it to nobody costs more than to look.
      return;
    }
    try {
      (this.emit as (name: string, ...details: unknown[]) => boolean).call(this, name, ...details);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }

  private obey(signal: AbortSignal | undefined): void {
    const stop = (): void => void this.close();
    if (signal?.aborted) {
      stop();
    } else if (signal !== undefined) {
      signal.addEventListener("abort", stop, { once: true });
      this.once("close", () => signal.removeEventListener("abort", stop));
    }
  }
}

function hostsOf(host: string | readonly string[] | undefined): readonly string[] {
  if (host === undefined || host.length === 0) {
    return [ALL_IPV4, ALL_IPV6];
  }
  const hosts = typeof host === "string" ? [host] : host;
  if (hosts.includes("")) {
    throw new TypeError("A host to listen on is empty; name an address or a host, or leave it out to listen on all");
  }
  return hosts;
}

function checkedPort(name: string, port: number, least: number): number {
  return checked(name, port, least, MAX_PORT);
}

function checkedRange(range: PortRange | undefined): PortRange | undefined {
  if (range !== undefined) {
    checkedPort("the first port of the range", range.first, 1);
    checkedPort("the last port of the range", range.last, range.first);
  }
  return range;
}
