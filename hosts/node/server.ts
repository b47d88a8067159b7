/** A TFTP server for Node programs: the engine, with UDP sockets and a folder. */
import { EventEmitter } from "node:events";
import { type Observer, type Storage, TFTP_PORT, type TransferView } from "../../src/index.js";
import type { Catalogue } from "../common/catalogue.js";
import type { HeldRequests } from "../common/later/held-requests.js";
import { HoldingServer } from "../common/later/holding-server.js";
import { Loop } from "../common/loop.js";
import { readableName } from "../common/printable.js";
import { forgetReason } from "../common/reasons.js";
import type { StatusSource } from "../status/source.js";
import { MAX_TIMER_MS, now, WakeTimer } from "./clock.js";
import { Content, type ContentOptions, storageOf } from "./content.js";
import { closeOnAbort } from "./events/close-on-abort.js";
import { EngineObserver } from "./events/engine-observer.js";
import { GuardedEvents } from "./events/guarded-events.js";
import { type OpenedForClient, openForClient } from "./later/awaited-call.js";
import { heldRequests, pacedTransfers } from "./later/held-requests.js";
import type { RuleStorage } from "./rules/rule-storage.js";
import {
  type CloseOptions,
  type ListeningAddress,
  readableView,
  type TftpServerEvents,
  type TftpServerOptions,
  withDefaults,
} from "./server-options.js";
import { addressHash } from "./udp/address-hash.js";
import { BroadcastRequests, ignoredRequest, type RequestHandler } from "./udp/broadcast-requests.js";
import { BusyPolling } from "./udp/busy-polling.js";
import { Listeners } from "./udp/listeners.js";
import {
  checkedDescriptors,
  checkedHosts,
  checkedPort,
  checkedRange,
  checkedReusePort,
} from "./udp/listening-options.js";
import { TransferPorts } from "./udp/transfer-ports.js";

/**
 * A TFTP server.
 *
 * ```js
 * const server = new TftpServer({ root: "/srv/tftp" });
 * server.on("ended", (transfer, { outcomeName }) => console.log(transfer.name, outcomeName));
 * await server.listen();
 * ```
 *
 * Any number of servers can be in one process.
 */
export class TftpServer extends EventEmitter<TftpServerEvents> implements StatusSource {
  /** The largest upload in bytes. */
  readonly maxSizeBytes: number;
  private readonly engine: HoldingServer;
  private readonly loop: Loop<HoldingServer>;
  /** Requests whose storage answers later. */
  private readonly held: HeldRequests;
  private content: Content;
  /** Calls of `reconfigure` so far, and the call that brought the present content. */
  private reconfigurations = 0;
  private contentSince = 0;
  private readonly hosts: readonly string[];
  private readonly port: number;
  private readonly inherited: readonly number[];
  private readonly requestSockets: Listeners;
  private readonly events = new GuardedEvents(this);
  private readonly hasOnePort: boolean;
  private hasStarted = false;
  private closing: Promise<void> | undefined;
  /** Set once `close` is called: goes on with closing. */
  private finishClosing: (() => void) | undefined;

  /**
   * @throws RangeError or TypeError when an option is not acceptable; NodeJS.ErrnoException ENOENT or ENOTDIR when `root`
   * is no folder.
   */
  constructor(options: TftpServerOptions) {
    super();
    this.held = heldRequests(
      (...datagram) => request(...datagram),
      () => this.loop.runLater((now) => this.engine.resumeCommits(now)),
    );
    this.content = this.contentOf(options);
    this.maxSizeBytes = options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER;
    this.hosts = checkedHosts(options.host);
    this.port = checkedPort("port", options.port ?? TFTP_PORT);
    this.inherited = checkedDescriptors(options.inheritedSockets);
    this.hasOnePort = options.singlePort === true;
    const isAllowed = (address: string): boolean => this.content.allowed.includes(address);
    const request: RequestHandler = (packet, length, listener, address, port) => {
      if (isAllowed(address)) {
        forgetReason();
        this.loop.request(packet, length, listener, address, port);
        busyPolling?.expectPacket();
      } else if (this.listenerCount("ignored") > 0) {
        const ignored = ignoredRequest(packet, length, "network_not_allowed", address, port);
        if (ignored !== undefined) {
          this.events.emit("ignored", ignored);
        }
      }
    };
    const broadcasts = new BroadcastRequests(options.answerBroadcast, isAllowed, request, (ignored) =>
      this.events.emit("ignored", ignored),
    );
    this.requestSockets = new Listeners(request, broadcasts, checkedReusePort(options));
    const ports = new TransferPorts(this.requestSockets, checkedRange(options.portRange), isAllowed);
    this.engine = new HoldingServer(
      ports,
      storageOf(() => this.content),
      { ...withDefaults(options), addressHash },
      this.observer(),
      this.held,
      pacedTransfers(request, (...datagram) => this.loop.receive(...datagram)),
    );
    const timer = new WakeTimer(() => this.loop.wake());
    this.loop = new Loop(this.engine, timer, ports, {
      failed: (error) => this.events.report("The engine failed", error),
    });
    const busyPolling = (options.busyPolling ?? true) ? new BusyPolling(this.engine) : undefined;
    ports.start(this.loop, busyPolling);
    closeOnAbort(this, options.signal);
  }

  /** Running transfers. */
  get running(): number {
    return this.engine.running;
  }

  /** Transfers that can run at once. */
  get maxTransfers(): number {
    return this.engine.free + this.engine.used;
  }

  /** The served files under their own names: no rule applies. It never throws. */
  get storage(): Storage {
    return this.content.files;
  }

  /** The storage's list of files, if it has one. */
  get catalogue(): Catalogue | undefined {
    return this.content.catalogue;
  }

  /** The rules that change requested names, if there are any. */
  get rules(): RuleStorage | undefined {
    return this.content.rules;
  }

  /** Opens a file as for a download by TFTP: by the rules, from the upstream, and later if the storage answers later. */
  openForClient(name: string, address: string): Promise<OpenedForClient> {
    return openForClient(this.held, () => this.content.storage, name, address);
  }

  /** Whether requests of this address are answered (`allow`). */
  allows(address: string): boolean {
    return this.content.allowed.includes(address);
  }

  /** Requests that got no answer, because all transfers were taken or a limit was reached. */
  get unansweredRequests(): number {
    return this.engine.unansweredRequests;
  }

  /** Shows each running transfer. The view is good during the call only: copy what you keep. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    this.engine.visitRunning((transfer) => visit(readableView(transfer)));
  }

  /** The present time on the clock of a transfer's `startedAt`: whole milliseconds that never go back. */
  now(): number {
    return now();
  }

  /** Addresses on which the server takes requests: empty before `listen`, and from the call of `close` on. */
  get addresses(): readonly ListeningAddress[] {
    return this.closing === undefined ? this.requestSockets.addresses : [];
  }

  /**
   * Starts to listen, after removing unfinished uploads of earlier runs.
   *
   * @param port overrides the option `port`; 0 takes any free port.
   * @param host overrides the option `host`.
   * @throws TypeError or RangeError when an argument is not acceptable, such as a broadcast address; NodeJS.ErrnoException EACCES without permission for
   * the port, EADDRINUSE when it is taken, EADDRNOTAVAIL when an address is not this machine's, ENOTFOUND when a name could
   * not be resolved; Error when one of the `inheritedSockets` cannot be used, or the server is closed or listening.
   */
  async listen(port?: number, host?: string | readonly string[]): Promise<void> {
    // biome-ignore lint/complexity/noArguments: a callback in any place must not be passed over in silence.
    if (arguments.length > 2) {
      throw new TypeError("listen takes a port and a host, and returns a promise; it takes no callback");
    }
    const listeningPort = port === undefined ? this.port : checkedPort("port", port);
    const hosts = host == null ? this.hosts : checkedHosts(host);
    if (this.hasStarted || this.closing !== undefined) {
      throw new Error(this.hasStarted ? "The server is listening already" : "The server is closed");
    }
    this.hasStarted = true;
    try {
      await this.content.prepare();
      if (this.inherited.length > 0) {
        this.requestSockets.inherit(this.inherited);
      } else {
        await this.requestSockets.listen(hosts, listeningPort);
      }
    } catch (error) {
      this.hasStarted = false;
      this.requestSockets.close();
      throw error;
    }
    if (this.closing !== undefined) {
      // It was closed while names were looked up.
      this.requestSockets.close();
    }
  }

  /**
   * Replaces the served files and networks: an option that is left out has its default again. Running transfers go on with
   * the file that they have opened. Of several calls at the same time the last one counts.
   *
   * @throws as the constructor does, and what listing a folder throws. Nothing has changed then.
   */
  async reconfigure(options: ContentOptions): Promise<void> {
    const content = this.contentOf(options);
    const reconfiguration = ++this.reconfigurations;
    await content.prepare();
    if (reconfiguration > this.contentSince) {
      this.contentSince = reconfiguration;
      this.content.close();
      this.content = content;
    } else {
      content.close();
    }
  }

  /**
   * Takes no more requests, gives running transfers the grace time, and closes everything. Requests whose storage has not
   * answered yet get no answer, and unfinished uploads leave nothing. A later call with a shorter grace time shortens it.
   * The port is free at once, so that another server can take requests meanwhile, but with `singlePort`, where the transfers
   * need it.
   */
  close({ graceMs = 0 }: CloseOptions = {}): Promise<void> {
    this.engine.accepting = false;
    this.held.close();
    if (!this.hasOnePort) {
      this.requestSockets.close();
    }
    this.closing ??= this.closeWhenIdle();
    if (graceMs <= 0 || this.engine.running === 0) {
      this.finishClosing?.();
    } else if (graceMs <= MAX_TIMER_MS) {
      // A longer grace time has no end.
      setTimeout(() => this.finishClosing?.(), graceMs).unref();
    }
    return this.closing;
  }

  /** Closes at once, at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async closeWhenIdle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.finishClosing = resolve;
    });
    this.loop.close();
    this.content.close();
    this.hasStarted = false;
    this.events.emit("close");
  }

  private contentOf(options: ContentOptions): Content {
    return new Content(
      options,
      this.held,
      (name, foundName, address, isUpload, rule) => {
        const names = { name: readableName(name), foundName: readableName(foundName) };
        this.events.emit("renamed", Object.freeze({ ...names, address, isUpload, rule }));
      },
      (error) => this.events.report("The storage failed", error),
      (message) => this.events.emit("warning", message),
    );
  }

  private observer(): Observer {
    return new EngineObserver(this.events, () => {
      if (this.finishClosing !== undefined) {
        this.loop.runLater(() => {
          if (this.engine.running === 0) {
            this.finishClosing?.();
          }
        });
      }
    });
  }
}
