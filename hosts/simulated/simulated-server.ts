/**
 * A machine on the simulated network that runs the engine: what a host of flesh and blood does, in virtual time, with every
 * call watched.
 */
import {
  type Address,
  FIRST_LISTENER,
  type LocalPort,
  MAX_PORT,
  NEVER,
  type Observer,
  type Outcome,
  Server,
  type ServerOptions,
  type Storage,
  TFTP_PORT,
  type TransferView,
  type Transport,
} from "../../src/index.js";
import { CheckedStorage } from "./checks/checked-storage.js";
import { RuleViolation, violated } from "./checks/violation.js";
import { WireChecker } from "./checks/wire-checker.js";
import type { SimulatedNetwork } from "./network/network.js";
import type { SeededRandom } from "./network/seeded-random.js";
import { US_PER_MS, type VirtualClock, VirtualTimer } from "./network/virtual-clock.js";
import { FaultyStorage, type StorageFaults } from "./storage/faulty-storage.js";

/** The engine's own options, and what the simulated machine needs beside them. */
export interface SimulatedServerOptions extends ServerOptions {
  /** The storage under test, or a `MemoryStorage`. */
  storage: Storage;
  /** Faults between engine and storage. */
  faults?: StorageFaults;
  /** Told what the engine tells. */
  observer?: Observer;
  /** Default "192.168.4.1", where a board is that is an access point. */
  address?: string;
  /** Where it listens. Default 69. */
  port?: number;
}

export const SERVER_ADDRESS = "192.168.4.1";

const LISTENER: LocalPort = FIRST_LISTENER;
const FIRST_TRANSFER_PORT = 49_152;
/** As the hosts have it: a request with options may be as long as an Ethernet frame. */
const RECEIVE_BYTES = 2048;
/** Set into the rest of the receive buffer, so that whoever reads past a datagram's end reads nonsense. */
const REST = 0xa5;
/** More messages than this in one call are a loop without end. */
const MAX_MESSAGES_IN_CALL = 20_000;

/** The engine's defaults, which the checks need to know. */
const MAX_WINDOW_SIZE = 16;
const MAX_TRANSFERS = 8;
const INITIAL_INTERVAL_MS = 300;
const MIN_INTERVAL_MS = 30;
const GIVE_UP_MS = 25_000;
const LINGER_MS = 12_000;

/** A machine on the simulated network that runs the engine, watched. */
export class SimulatedServer {
  /** The engine under test. */
  readonly engine: Server;
  /** The machine's address. */
  readonly address: string;
  /** The port on which it takes requests. */
  readonly port: number;
  /** How many transfers were accepted. */
  started = 0;
  /** How many ended with each outcome. */
  readonly outcomes = new Map<Outcome, number>();
  /** Messages sent again, over all transfers that ended. */
  retransmissions = 0;

  private readonly storage: CheckedStorage;
  private readonly checker: WireChecker;
  private readonly observer: Observer | undefined;
  private readonly timer: VirtualTimer;
  private readonly receiveBuffer = new Uint8Array(RECEIVE_BYTES);
  private readonly receiveView = new DataView(this.receiveBuffer.buffer);
  /** The port of each slot, 0 where it has none. */
  private readonly ports: number[] = [];
  private nextPort = FIRST_TRANSFER_PORT;
  /** The machine's own clock is ahead by so much. */
  private clockOffsetMs = 0;
  /** Until then the machine stands still in a call of its storage. */
  private busyUntilUs = 0;
  /** What the timer is set for, in the machine's time. As on real machines it is set anew only for something earlier. */
  private timerAt = NEVER;
  private messagesInCall = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly network: SimulatedNetwork,
    random: SeededRandom,
    options: SimulatedServerOptions,
  ) {
    this.address = options.address ?? SERVER_ADDRESS;
    this.port = options.port ?? TFTP_PORT;
    this.observer = options.observer;
    const { faults, storage } = options;
    const stall = (durationMs: number): void => this.stall(durationMs);
    this.storage = new CheckedStorage(
      faults === undefined ? storage : new FaultyStorage(storage, faults, random, stall),
    );
    this.engine = new Server(this.transport(), this.storage, options, this.watchingObserver());
    this.checker = new WireChecker(limitsOf(options), this.storage, this.engine);
    this.timer = new VirtualTimer(clock, () => this.whenFree(() => this.poll()));
    this.listen(this.port, LISTENER);
  }

  /** The machine's time, as the engine gets it: whole milliseconds. */
  get nowMs(): number {
    return Math.floor(Math.max(this.clock.nowUs, this.busyUntilUs) / US_PER_MS) + this.clockOffsetMs;
  }

  /** The machine's clock jumps, forwards or (negative) backwards. Its timers run on as they were set. */
  jumpClock(byMs: number): void {
    this.network.log.note(this.clock.nowUs, `the server's clock jumps by ${byMs} ms`);
    this.clockOffsetMs += byMs;
    if (byMs < 0) {
      this.checker.clockWentBack(-byMs);
    }
  }

  /** Stops the server as a host does that is switched off in good order. */
  stop(): void {
    this.network.log.note(this.clock.nowUs, "the server is stopped");
    this.guarded(() => {
      this.checker.stops(this.nowMs);
      this.engine.stop(this.nowMs);
    });
  }

  /** The machine stands still: what arrives meanwhile waits, and what is sent leaves afterwards. */
  stall(durationMs: number): void {
    this.busyUntilUs = Math.max(this.busyUntilUs, this.clock.nowUs) + durationMs * US_PER_MS;
  }

  /** At the end of a simulation nothing may be left. */
  checkAtRest(): void {
    const { used, nextAt } = this.engine;
    if (used > 0 || nextAt !== NEVER) {
      violated(`At the end ${used} slots are used, and the engine wants to be called at ${nextAt}`);
    }
  }

  private listen(port: number, localPort: LocalPort): boolean {
    return this.network.bind(this.address, port, (bytes, fromAddress, fromPort) =>
      this.whenFree(() => this.receive(bytes, localPort, port, fromAddress, fromPort)),
    );
  }

  /** A machine that stands still does things later, in their order. */
  private whenFree(action: () => void): void {
    if (this.busyUntilUs > this.clock.nowUs) {
      this.clock.at(this.busyUntilUs, () => this.whenFree(action));
    } else {
      action();
    }
  }

  private receive(bytes: Uint8Array, localPort: LocalPort, port: number, address: string, fromPort: number): void {
    if (localPort !== LISTENER && this.ports[localPort] !== port) {
      // The port was closed while the datagram waited.
      return;
    }
    const message = bytes.length > RECEIVE_BYTES ? bytes.subarray(0, RECEIVE_BYTES) : bytes;
    this.receiveBuffer.fill(REST, message.length);
    this.receiveBuffer.set(message);
    this.guarded(() => {
      this.checker.receives(message, localPort, address, fromPort, this.nowMs);
      if (localPort === LISTENER) {
        this.engine.request(this.receiveView, message.length, localPort, address, fromPort, this.nowMs);
      } else {
        this.engine.receive(this.receiveView, message.length, localPort, address, fromPort, this.nowMs);
      }
    });
  }

  private poll(): void {
    this.timerAt = NEVER;
    this.guarded(() => {
      this.checker.polls(this.nowMs);
      this.engine.poll(this.nowMs);
    });
  }

  /** Does an engine call, looks at everything afterwards, and sets the timer for the next. */
  private guarded(call: () => void): void {
    this.messagesInCall = 0;
    try {
      call();
    } catch (error) {
      if (error instanceof RuleViolation) {
        throw error;
      }
      violated(`The engine threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    this.checker.returned();
    const { nextAt } = this.engine;
    if (nextAt < this.timerAt) {
      this.timerAt = nextAt;
      this.timer.set((nextAt - this.clockOffsetMs) * US_PER_MS);
    }
  }

  private transport(): Transport {
    return {
      send: (packet, length, localPort, address, port) => this.send(packet, length, localPort, address as string, port),
      open: (localPort) => this.open(localPort),
      close: (localPort) => {
        this.checker.closed(localPort);
        this.network.unbind(this.address, this.ports[localPort] ?? 0);
        this.ports[localPort] = 0;
      },
    };
  }

  private send(packet: Uint8Array, length: number, localPort: LocalPort, address: string, port: number): void {
    if (++this.messagesInCall > MAX_MESSAGES_IN_CALL) {
      violated(`More than ${MAX_MESSAGES_IN_CALL} messages were sent in one call`);
    }
    const bytes = packet.slice(0, length);
    this.checker.sends(bytes, localPort, address, port);
    const fromPort = localPort === LISTENER ? this.port : (this.ports[localPort] as number);
    const leave = (): void => this.network.send(this.address, fromPort, address, port, bytes);
    if (this.busyUntilUs > this.clock.nowUs) {
      this.clock.at(this.busyUntilUs, leave);
    } else {
      leave();
    }
  }

  /** Each transfer has a port that none had shortly before. */
  private open(localPort: LocalPort): boolean {
    if ((this.ports[localPort] ?? 0) !== 0) {
      violated(`The port of slot ${localPort} was opened twice`);
    }
    const port = this.nextPort;
    this.nextPort = port === MAX_PORT ? FIRST_TRANSFER_PORT : port + 1;
    if (!this.listen(port, localPort)) {
      return false;
    }
    this.ports[localPort] = port;
    return true;
  }

  private watchingObserver(): Observer {
    return {
      started: (view, now) => {
        this.started++;
        this.note(view, "started");
        this.checker.started(view);
        this.observer?.started(view, now);
      },
      progressed: (view, now) => this.observer?.progressed(view, now),
      ended: (view, outcome, now) => {
        this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
        this.retransmissions += view.retransmissions;
        this.note(view, `ended with outcome ${outcome}, ${view.bytes} bytes`);
        this.checker.ended(view, outcome);
        this.observer?.ended(view, outcome, now);
      },
      refused: (name: string, isUpload: boolean, errorCode: number, address: Address, port: number) =>
        this.observer?.refused(name, isUpload, errorCode, address, port),
    };
  }

  private note(view: TransferView, what: string): void {
    const text = `server: slot ${view.slot}, ${view.isUpload ? "put" : "get"} ${JSON.stringify(view.name)} ${what}`;
    this.network.log.note(this.clock.nowUs, text);
  }
}

function limitsOf(options: SimulatedServerOptions) {
  const { initialIntervalMs = INITIAL_INTERVAL_MS, minIntervalMs = MIN_INTERVAL_MS } = options;
  return {
    singlePort: options.singlePort ?? false,
    maxTransfers: options.maxTransfers ?? MAX_TRANSFERS,
    maxWindowSize: options.maxWindowSize ?? MAX_WINDOW_SIZE,
    maxSizeBytes: options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER,
    shortestIntervalMs: Math.min(initialIntervalMs, minIntervalMs),
    giveUpMs: options.giveUpMs ?? GIVE_UP_MS,
    lingerMs: options.lingerMs ?? LINGER_MS,
  };
}
