/** The client's engine, which asks for transfers, with a socket for each. */
import { Client, NO_SLOT } from "../../src/client/index.js";
import {
  type Address,
  checked,
  isRefusal,
  MAX_PORT,
  type ReadableFile,
  type Refusal,
  TFTP_PORT,
  type WritableFile,
} from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import { GuardedReadableFile, GuardedWritableFile } from "../common/guarded-storage.js";
import { addressBits } from "../common/ipv4.js";
import type TFTPClient from "./client.js";
import type { TFTPClientOptions, TFTPClientRequest } from "./client.js";
import { EngineLoop } from "./engine-loop.js";
import { Sockets } from "./sockets.js";
import { TransferCallbacks } from "./transfer-callbacks.js";
import type { UDPConstructor } from "./udp.js";

type EndedView = Parameters<NonNullable<TFTPClientOptions["onEnded"]>>[0];
type Asking = (address: Address, port: number, now: number) => number;

export class ClientLoop extends EngineLoop {
  protected override readonly sockets: Sockets;
  protected override readonly engine: Client;
  private readonly callbacks: TransferCallbacks<TFTPClient, EndedView>;
  private readonly io: UDPConstructor;
  /** Slots whose transfers a callback wants to end: the engine is in the middle of its work with them. */
  private readonly aborted: number[] = [];

  constructor(client: TFTPClient, options: TFTPClientOptions) {
    super();
    this.io = options.io;
    this.callbacks = new TransferCallbacks(client, options);
    this.sockets = new Sockets(options.io, this);
    this.engine = new Client(this.sockets, options, this.callbacks);
    this.start();
  }

  get(request: TFTPClientRequest, file: WritableFile): number {
    return this.begin(request, file, (address, port, now) =>
      this.engine.get(request, new GuardedWritableFile(file, this.callbacks), address, port, now),
    );
  }

  put(request: TFTPClientRequest, file: ReadableFile): number {
    return this.begin(request, file, (address, port, now) =>
      this.engine.put(request, new GuardedReadableFile(file, this.callbacks), address, port, now),
    );
  }

  abort(slot: number): void {
    if (this.isWorking) {
      this.aborted.push(slot);
    } else {
      this.abortNow(slot);
    }
  }

  override failed(error: unknown): void {
    this.callbacks.failed(error);
  }

  protected override deliver(packet: DataView, length: number, slot: number, address: Address, port: number): void {
    this.engine.receive(packet, length, slot, address, port, this.clock.now());
  }

  protected override finishWork(): void {
    // Asked first, because the iterator of a loop would be garbage for each datagram.
    if (this.aborted.length > 0) {
      this.abortWaiting();
    }
    super.finishWork();
  }

  private abortWaiting(): void {
    for (const slot of this.aborted) {
      this.abortNow(slot);
    }
    this.aborted.length = 0;
  }

  private abortNow(slot: number): void {
    if (slot >= 0 && slot < this.engine.free + this.engine.used) {
      this.engine.abort(slot, this.clock.now());
    }
  }

  /** A file that the engine does not take is closed here. A callback may begin a transfer, too: then the work goes on. */
  private begin(request: TFTPClientRequest, file: ReadableFile | WritableFile, ask: Asking): number {
    const isInCallback = this.isWorking;
    let slot = NO_SLOT;
    this.isWorking = true;
    try {
      this.check(file);
      slot = ask(
        this.comparable(request.address),
        checked("port", request.port ?? TFTP_PORT, 1, MAX_PORT),
        this.clock.now(),
      );
    } finally {
      if (slot === NO_SLOT) {
        this.discard(file);
      }
      if (!isInCallback) {
        this.finishWork();
      }
    }
    return slot;
  }

  private discard(file: ReadableFile | WritableFile | Refusal): void {
    try {
      if (!isRefusal(file)) {
        file.close();
      }
    } catch (error) {
      this.failed(error);
    }
  }

  private check(file: ReadableFile | WritableFile | Refusal): void {
    if (this.isClosing) {
      throw new Error("The client is closed; make a new one");
    }
    if (isRefusal(file)) {
      throw new TypeError(
        `The storage has refused the file (error ${~file}); look at what it returns before it is used`,
      );
    }
  }

  /** An address as the sockets give a sender's: the engine compares the two. */
  private comparable(address: Address): Address {
    const bits = typeof address === "string" ? addressBits(address) : address;
    if (bits >>> 0 !== bits) {
      throw new RangeError(`address is ${address}; it must be an IPv4 address, such as "192.168.1.1"`);
    }
    return this.io.readsIntoBuffer === true ? bits : addressText(bits);
  }
}
