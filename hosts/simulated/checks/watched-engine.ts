/**
 * Watches an engine: every call, message and report passes a checker, which ends the run when a rule is broken. Reports are
 * counted, and noted in the packet log.
 */
import {
  type Address,
  type LocalPort,
  NEVER,
  type Observer,
  type Outcome,
  type Server,
  type ServerOptions,
  type Storage,
  type TransferView,
  type Transport,
} from "../../../src/index.js";
import type { HeldRequests } from "../../common/later/held-requests.js";
import { HoldingServer } from "../../common/later/holding-server.js";
import type { PacedTransfers } from "../../common/later/paced-transfers.js";
import type { ServerLoopEngine } from "../../common/loop.js";
import { CheckedStorage } from "./checked-storage.js";
import { RuleViolation, violated } from "./violation.js";
import { WireChecker } from "./wire-checker.js";

/** More messages than this in one call are an endless loop. */
const MAX_MESSAGES_IN_CALL = 20_000;

/** The engine's defaults, which the checks need to know. */
const MAX_WINDOW_SIZE = 16;
const MAX_SINGLE_PORT_WINDOW_SIZE = 8;
const MAX_TRANSFERS = 8;
const INITIAL_INTERVAL_MS = 300;
const MIN_INTERVAL_MS = 250;
const GIVE_UP_MS = 25_000;
const LINGER_MS = 12_000;

/** The engine of a server, as a loop drives it, with a checker around it. */
export class WatchedEngine implements ServerLoopEngine, Transport, Observer {
  readonly server: Server;
  startedCount = 0;
  retransmissions = 0;
  readonly outcomes = new Map<Outcome, number>();
  private readonly checker: WireChecker;
  private messagesInCall = 0;

  constructor(
    private readonly transport: Transport,
    storage: Storage,
    options: ServerOptions,
    private readonly observer: Observer | undefined,
    private readonly note: (line: string) => void,
    held: HeldRequests,
    private readonly paced: PacedTransfers,
  ) {
    const checkedStorage = new CheckedStorage(storage);
    this.server = new HoldingServer(this, checkedStorage, options, this, held, paced);
    this.checker = new WireChecker(limitsOf(options), checkedStorage, this.server);
  }

  get nextAt(): number {
    return this.server.nextAt;
  }

  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): void {
    if (this.paced.holds(packet, length, listener, address, port, now)) {
      // The engine gets it later, and must answer it then.
      return;
    }
    this.call(() => {
      this.checker.receives(bytesOf(packet, length), listener, address as string, port, now);
      this.server.request(packet, length, listener, address, port, now);
    });
  }

  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    if (this.paced.holds(packet, length, slot, address, port, now)) {
      return;
    }
    this.call(() => {
      this.checker.receives(bytesOf(packet, length), slot, address as string, port, now);
      this.server.receive(packet, length, slot, address, port, now);
    });
  }

  poll(now: number): void {
    this.call(() => {
      this.checker.polls(now);
      this.server.poll(now);
    });
  }

  resumeCommits(now: number): void {
    this.call(() => {
      this.checker.resumes(now);
      this.server.resumeCommits(now);
    });
  }

  stop(now: number): void {
    this.call(() => {
      this.checker.stops(now);
      this.server.stop(now);
    });
  }

  /** The machine's clock has gone back: waits may become longer, once. */
  clockWentBack(byMs: number): void {
    this.checker.clockWentBack(byMs);
  }

  /** At the end of a simulation nothing may be left. */
  checkAtRest(): void {
    const { used, nextAt } = this.server;
    if (used > 0 || nextAt !== NEVER) {
      violated(`At the end ${used} slots are used, and the engine wants to be called at ${nextAt}`);
    }
  }

  open(slot: number, listener: LocalPort, peerAddress: Address, peerPort: number): boolean {
    return this.transport.open(slot, listener, peerAddress, peerPort);
  }

  close(slot: number): void {
    this.checker.closed(slot);
    this.transport.close(slot);
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    if (++this.messagesInCall > MAX_MESSAGES_IN_CALL) {
      violated(`More than ${MAX_MESSAGES_IN_CALL} messages were sent in one call`);
    }
    this.checker.sends(packet.slice(0, length), localPort, address as string, port);
    this.transport.send(packet, length, localPort, address, port);
  }

  started(transfer: TransferView, now: number): void {
    this.startedCount++;
    this.note(`${subject(transfer)} started`);
    this.checker.started(transfer);
    this.observer?.started(transfer, now);
  }

  progressed(transfer: TransferView, now: number): void {
    this.observer?.progressed(transfer, now);
  }

  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    this.retransmissions += transfer.retransmissions;
    this.note(`${subject(transfer)} ended with outcome ${outcome}, ${transfer.bytes} bytes`);
    this.checker.ended(transfer, outcome);
    this.observer?.ended(transfer, outcome, now);
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address, port: number): void {
    this.observer?.refused(name, isUpload, errorCode, address, port);
  }

  private call(action: () => void): void {
    this.messagesInCall = 0;
    try {
      action();
    } catch (error) {
      if (error instanceof RuleViolation) {
        throw error;
      }
      violated(`The engine threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    this.checker.returned();
  }
}

function subject({ slot, isUpload, name }: TransferView): string {
  return `server: slot ${slot}, ${isUpload ? "put" : "get"} ${JSON.stringify(name)}`;
}

function bytesOf(packet: DataView, length: number): Uint8Array {
  return new Uint8Array(packet.buffer, packet.byteOffset, length).slice();
}

function limitsOf(options: ServerOptions) {
  const { minIntervalMs = Math.min(MIN_INTERVAL_MS, options.maxIntervalMs ?? MIN_INTERVAL_MS) } = options;
  const { initialIntervalMs = Math.max(INITIAL_INTERVAL_MS, minIntervalMs) } = options;
  return {
    singlePort: options.singlePort ?? false,
    maxTransfers: options.maxTransfers ?? MAX_TRANSFERS,
    maxWindowSize: options.maxWindowSize ?? (options.singlePort ? MAX_SINGLE_PORT_WINDOW_SIZE : MAX_WINDOW_SIZE),
    maxSizeBytes: options.maxSizeBytes ?? Number.MAX_SAFE_INTEGER,
    shortestIntervalMs: Math.min(initialIntervalMs, minIntervalMs),
    giveUpMs: options.giveUpMs ?? GIVE_UP_MS,
    lingerMs: options.lingerMs ?? LINGER_MS,
  };
}
