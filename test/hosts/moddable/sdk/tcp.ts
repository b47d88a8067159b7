/**
 * The SDK's TCP and its listener, over loopback sockets. As in the SDK, an accepted connection gets its callbacks when another
 * object takes it over; a write of more than fits throws; and an exception that leaves a callback ends the machine, here the
 * process of the tests.
 */
import net from "node:net";

/** Bytes that lwIP takes at a time, as the SDK configures it. */
const SEND_BUFFER_BYTES = 8192;

interface TCPOptions {
  from: TCP;
  target?: unknown;
  onReadable?(this: TCP, count: number): void;
  onWritable?(this: TCP, count: number): void;
  onError?(this: TCP): void;
}

export class TCP {
  target: unknown;
  private socket: net.Socket | undefined;
  private queue = Buffer.alloc(0);
  private unsent = 0;
  private options: TCPOptions | undefined;

  constructor(options?: TCPOptions) {
    if (options !== undefined) {
      this.target = options.target;
      this.options = options;
      this.take(options.from);
    }
  }

  static accepted(socket: net.Socket): TCP {
    const tcp = new TCP();
    tcp.socket = socket;
    // Nothing is read until another object takes the connection over.
    socket.pause();
    socket.on("error", () => {});
    return tcp;
  }

  get remoteAddress(): string {
    return this.open().remoteAddress ?? "";
  }

  read(count: number): ArrayBuffer | undefined {
    this.open();
    if (this.queue.length === 0) {
      return undefined;
    }
    if (count <= 0 || count > this.queue.length) {
      throw new Error("invalid");
    }
    const part = new Uint8Array(this.queue.subarray(0, count));
    this.queue = this.queue.subarray(count);
    return part.buffer;
  }

  write(bytes: Uint8Array): number {
    const socket = this.open();
    if (bytes.length > this.room) {
      throw new Error("would block");
    }
    this.unsent += bytes.length;
    socket.write(new Uint8Array(bytes), () => {
      this.unsent -= bytes.length;
      this.tell("onWritable", this.room);
    });
    return this.room;
  }

  close(): void {
    this.socket?.end();
    // Bytes that arrive now are dropped, so that the peer does not wait.
    this.socket?.resume();
    this.socket = undefined;
    this.options = undefined;
  }

  private get room(): number {
    return SEND_BUFFER_BYTES - this.unsent;
  }

  private take(from: TCP): void {
    const socket = from.open();
    from.socket = undefined;
    this.socket = socket;
    socket.on("data", (part) => {
      this.queue = Buffer.concat([this.queue, part as Buffer]);
      this.tell("onReadable", this.queue.length);
    });
    socket.on("end", () => this.tell("onError", 0));
    socket.on("close", () => this.tell("onError", 0));
    setImmediate(() => {
      this.tell("onWritable", this.room);
      socket.resume();
    });
  }

  private tell(callback: "onReadable" | "onWritable" | "onError", count: number): void {
    if (this.socket !== undefined) {
      this.options?.[callback]?.call(this, count);
    }
  }

  private open(): net.Socket {
    if (this.socket === undefined) {
      throw new Error("this socket is closed");
    }
    return this.socket;
  }
}

interface ListenerOptions {
  port: number;
  target?: unknown;
  onReadable?(this: Listener, count: number): void;
}

export default class Listener {
  /** The one that was made last. */
  static last: Listener | undefined;
  /** Its port, when it listens. */
  static listening: Promise<number>;

  readonly target: unknown;
  private readonly server: net.Server;
  private readonly waiting: TCP[] = [];

  constructor(options: ListenerOptions) {
    Listener.last = this;
    this.target = options.target;
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => {
      this.waiting.push(TCP.accepted(socket));
      options.onReadable?.call(this, this.waiting.length);
    });
    Listener.listening = new Promise((resolve) => {
      this.server.listen(options.port, "127.0.0.1", () => resolve((this.server.address() as net.AddressInfo).port));
    });
  }

  read(): TCP | undefined {
    return this.waiting.shift();
  }

  close(): void {
    this.server.close();
  }
}
