/**
 * Brings the engine, the sockets and a timer together: what arrives goes to the engine, and the engine is called again
 * when it says so. At rest no timer fires.
 */
import Timer from "timer";
import {
  type Address,
  type LocalPort,
  NEVER,
  OPCODE_WRITE_REQUEST,
  Server,
  type TransferView,
} from "../../src/index.js";
import { Callbacks } from "./callbacks.js";
import { Clock } from "./clock.js";
import { GuardedStorage } from "./guarded-storage.js";
import type TFTPServer from "./server.js";
import type { TFTPServerOptions } from "./server.js";
import { type DatagramHandler, LISTENER, Sockets } from "./sockets.js";

/** The port that RFC 1350 gives to TFTP. */
const TFTP_PORT = 69;
const PORT_MAX = 65_535;

/** A timer of the SDK that has no interval to repeat after is destroyed when it has fired; this one is set again. */
const TIMER_REPEAT_MS = 0x3fffffff;

export class ServerLoop implements DatagramHandler {
  private readonly callbacks: Callbacks;
  private readonly sockets: Sockets;
  private readonly engine: Server;
  private readonly clock = new Clock();

  private readonly timer: Timer;
  private timerAt = NEVER;
  /** Sockets wait to be read on. */
  private hasMore = false;

  /** While the engine works it cannot be stopped: a callback that closes the server has it closed afterwards. */
  private isWorking = false;
  private isClosing = false;
  private isClosed = false;

  readonly uploadBytesMax: number;

  constructor(server: TFTPServer, options: TFTPServerOptions) {
    this.uploadBytesMax = options.uploadBytesMax ?? Number.MAX_SAFE_INTEGER;
    this.callbacks = new Callbacks(server, options);
    this.sockets = new Sockets(options.io, checkedPort(options.port ?? TFTP_PORT), this);
    try {
      const storage = new GuardedStorage(options.storage, this.callbacks);
      this.engine = new Server(this.sockets, storage, options, this.callbacks.observer);
    } catch (error) {
      this.sockets.stopListening();
      throw error;
    }
    this.timer = Timer.set(() => this.wake(), TIMER_REPEAT_MS, TIMER_REPEAT_MS);
    Timer.schedule(this.timer);
  }

  get running(): number {
    return this.engine.running;
  }

  get unansweredRequests(): number {
    return this.engine.unansweredRequests;
  }

  get droppedDatagrams(): number {
    return this.sockets.droppedDatagrams;
  }

  get transfersMax(): number {
    return this.engine.free + this.engine.used;
  }

  visitRunning(visit: (transfer: TransferView) => void): void {
    this.engine.visitRunning(visit);
  }

  now(): number {
    return this.clock.now();
  }

  received(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void {
    this.isWorking = true;
    try {
      if (localPort !== LISTENER || !isRequest(packet, length) || this.callbacks.isWelcome(address)) {
        this.engine.receive(packet, length, localPort, address, port, this.clock.now());
      }
    } catch (error) {
      this.failed(error);
    } finally {
      this.finishWork();
    }
  }

  mustReadOn(): void {
    this.hasMore = true;
    this.setTimer();
  }

  failed(error: unknown): void {
    this.callbacks.failed(error);
  }

  close(): void {
    this.isClosing = true;
    if (!this.isWorking) {
      this.closeNow();
    }
  }

  /** Nothing that is thrown here may reach the timer: an exception that leaves its callback ends the machine. */
  private wake(): void {
    this.timerAt = NEVER;
    try {
      this.hasMore = false;
      this.sockets.readOn();
      this.isWorking = true;
      this.engine.poll(this.clock.now());
    } catch (error) {
      this.failed(error);
    } finally {
      this.finishWork();
    }
    if (this.timerAt === NEVER && !this.isClosed) {
      Timer.schedule(this.timer);
    }
  }

  private finishWork(): void {
    this.isWorking = false;
    if (this.isClosing) {
      this.closeNow();
    } else {
      this.setTimer();
    }
  }

  /** Sets the timer for what is due next, if it is not set already for that time or an earlier one. */
  private setTimer(): void {
    const nextAt = this.hasMore ? 0 : this.engine.nextAt;
    if (nextAt < this.timerAt) {
      const delayMs = nextAt - this.clock.now();
      this.timerAt = nextAt;
      Timer.schedule(this.timer, delayMs > 0 ? delayMs : 0, TIMER_REPEAT_MS);
    }
  }

  private closeNow(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      Timer.clear(this.timer);
      this.engine.stop(this.clock.now());
      this.sockets.stopListening();
    }
  }
}

/** Everything else that arrives where requests do is not worth a question. */
function isRequest(packet: DataView, length: number): boolean {
  return length >= 2 && packet.getUint16(0) <= OPCODE_WRITE_REQUEST;
}

function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
    throw new RangeError(`port is ${port}; it must be a whole number from 1 to ${PORT_MAX}`);
  }
  return port;
}
