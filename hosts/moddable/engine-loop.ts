/**
 * Brings an engine, a server's or a client's, its sockets and a timer together: what arrives goes to the engine, and the
 * engine is called again when it says so. At rest no timer fires.
 */
import Timer from "timer";
import { type Address, type LocalPort, NEVER, type Server } from "../../src/index.js";
import { Clock } from "./clock.js";
import type { DatagramHandler, Sockets } from "./sockets.js";

/** A timer of the SDK that has no interval to repeat after is destroyed when it has fired; this one is set again. */
const TIMER_REPEAT_MS = 0x3fffffff;

export abstract class EngineLoop implements DatagramHandler {
  protected abstract readonly engine: Pick<Server, "poll" | "nextAt" | "stop" | "running">;
  protected abstract readonly sockets: Sockets;
  protected readonly clock = new Clock();

  /** While the engine works it cannot be stopped: a callback that closes everything has it closed afterwards. */
  protected isWorking = false;
  protected isClosing = false;

  private timer: Timer | null = null;
  private timerAt = NEVER;
  /** Sockets wait to be read on. */
  private hasMore = false;
  private isClosed = false;

  get running(): number {
    return this.engine.running;
  }

  /** A file, a socket or a callback threw. */
  abstract failed(error: unknown): void;

  /** Hands a datagram to the engine. */
  protected abstract deliver(
    packet: DataView,
    length: number,
    localPort: LocalPort,
    address: Address,
    port: number,
  ): void;

  received(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void {
    this.isWorking = true;
    try {
      this.deliver(packet, length, localPort, address, port);
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

  close(): void {
    this.isClosing = true;
    if (!this.isWorking) {
      this.closeNow();
    }
  }

  /** Everything is in place: from now on the timer fires when something is due. */
  protected start(): void {
    this.timer = Timer.set(() => this.wake(), TIMER_REPEAT_MS, TIMER_REPEAT_MS);
    Timer.schedule(this.timer);
  }

  protected finishWork(): void {
    this.isWorking = false;
    if (this.isClosing) {
      this.closeNow();
    } else {
      this.setTimer();
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
      Timer.schedule(this.timer as Timer);
    }
  }

  /** Sets the timer for what is due next, if it is not set already for that time or an earlier one. */
  private setTimer(): void {
    const nextAt = this.hasMore ? 0 : this.engine.nextAt;
    if (nextAt < this.timerAt) {
      const delayMs = nextAt - this.clock.now();
      this.timerAt = nextAt;
      Timer.schedule(this.timer as Timer, delayMs > 0 ? delayMs : 0, TIMER_REPEAT_MS);
    }
  }

  private closeNow(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      Timer.clear(this.timer as Timer);
      this.engine.stop(this.clock.now());
      this.sockets.stopListening();
    }
  }
}
