/**
 * Drives an engine: hands it datagrams, and calls it again when it asks for that. Every host has one loop for each engine,
 * and brings a timer with a clock, sockets, and a listener for errors.
 *
 * Callbacks run in the middle of the engine's work, where a transfer must not be ended. What would end one waits until that
 * work is over (`runLater`). A client's `get` and `put` take a slot that no running transfer has, so they are done at once
 * (`run`).
 */
import { type Address, type LocalPort, NEVER } from "../../src/index.js";
import type { ErrorListener } from "./error-listener.js";

/** An engine: that of a server or that of a client. */
export interface LoopEngine {
  readonly nextAt: number;
  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void;
  poll(now: number): void;
  stop(now: number): void;
}

/** The engine of a server, which also takes requests. */
export interface ServerLoopEngine extends LoopEngine {
  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): void;
}

/** The host's clock and one timer. */
export interface LoopTimer {
  /** Whole milliseconds, which should not go back. */
  now(): number;
  /** Calls `wake` of the loop at the time `at`, or at once if that is past. Replaces an earlier setting. */
  set(at: number): void;
  /** Ends the timer for good. */
  clear(): void;
}

/** The host's sockets, as far as the loop needs them. */
export interface LoopSockets {
  /**
   * Hands every waiting datagram to the loop, before the engine looks at its deadlines: after a pause the answers of peers
   * wait in the sockets, and their transfers must not be repeated or given up. Does nothing where the timer fires only
   * after the sockets are read.
   */
  readWaiting(): void;
  /** Closes the listening ports. The engine has closed the ports of transfers. */
  stopListening(): void;
}

export class Loop<Engine extends LoopEngine> {
  /** Whether `close` was called. */
  isClosed = false;
  private wakeAt = NEVER;
  private isWorking = false;
  /** Calls that wait until the engine's present work is over; null if none wait. */
  private deferred: ((now: number) => void)[] | null = null;

  constructor(
    readonly engine: Engine,
    private readonly timer: LoopTimer,
    private readonly sockets: LoopSockets,
    private readonly errors: ErrorListener,
  ) {}

  /** Hands on a datagram that arrived at the port of the transfer in `slot`. `packet` may be written to. */
  receive(packet: DataView, length: number, slot: number, address: Address, port: number): void {
    this.isWorking = true;
    // One `try` for both, since on XS each takes 20 steps, 3 % of a packet's.
    try {
      this.engine.receive(packet, length, slot, address, port, this.timer.now());
      this.finish();
    } catch (error) {
      this.errors.failed(error);
      this.finish();
    }
  }

  /** Hands on a datagram that arrived at a listening port. `packet` may be written to. */
  request(
    this: Loop<ServerLoopEngine>,
    packet: DataView,
    length: number,
    listener: LocalPort,
    address: Address,
    port: number,
  ): void {
    this.isWorking = true;
    try {
      this.engine.request(packet, length, listener, address, port, this.timer.now());
    } catch (error) {
      this.errors.failed(error);
    } finally {
      this.finish();
    }
  }

  /** The timer has fired: reads the sockets, then lets the engine do what is due. */
  wake(): void {
    this.wakeAt = NEVER;
    try {
      this.sockets.readWaiting();
      this.isWorking = true;
      this.engine.poll(this.timer.now());
    } catch (error) {
      this.errors.failed(error);
    } finally {
      this.finish();
    }
  }

  /** Datagrams are left in a socket that does not announce them again: calls `wake` soon. */
  wakeSoon(): void {
    this.setTimer(0);
  }

  /** Calls `call` at once, in a callback too, and returns its result. `call` may start transfers, but must not end any. */
  run<Result>(call: (now: number) => Result): Result {
    const isInCallback = this.isWorking;
    this.isWorking = true;
    try {
      return call(this.timer.now());
    } finally {
      if (!isInCallback) {
        this.finish();
      }
    }
  }

  /** Lets `call` use the engine now or, in a callback, as soon as the engine's present work is over. */
  runLater(call: (now: number) => void): void {
    this.deferred ??= [];
    this.deferred.push(call);
    if (!this.isWorking) {
      this.isWorking = true;
      this.finish();
    }
  }

  /** Reports an exception of a socket. */
  failed(error: unknown): void {
    this.errors.failed(error);
  }

  /** Ends every transfer, stops the timer and closes the sockets. In a callback this happens afterwards. */
  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.runLater((now) => {
        this.timer.clear();
        this.engine.stop(now);
        this.sockets.stopListening();
      });
    }
  }

  private finish(): void {
    while (this.deferred !== null) {
      this.runDeferred(this.deferred);
    }
    this.isWorking = false;
    if (this.engine.nextAt < this.wakeAt) {
      this.setTimer(this.engine.nextAt);
    }
  }

  /** Callbacks of these calls may ask for more. */
  private runDeferred(calls: readonly ((now: number) => void)[]): void {
    this.deferred = null;
    for (const call of calls) {
      try {
        call(this.timer.now());
      } catch (error) {
        this.errors.failed(error);
      }
    }
  }

  /** Sets the timer, unless it fires by then anyway. A deadline that has moved to a later time costs one early call. */
  private setTimer(at: number): void {
    if (at < this.wakeAt) {
      this.wakeAt = at;
      this.timer.set(at);
    }
  }
}
