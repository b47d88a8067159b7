/** Sockets, clock and timer of the DHCP engine on a board, in one object: there, each property takes 16 bytes. */
import {
  DHCP_CLIENT_PORT,
  DHCP_SERVER_PORT,
  DhcpEngine,
  type DhcpObserver,
  type DhcpOptions,
  type DhcpTransport,
  MAX_REPLY_BYTES,
  NEVER,
} from "../../src/dhcp/index.js";
import { checked } from "../../src/index.js";
import { addressText } from "../common/address-text.js";
import type { ErrorListener } from "../common/error-listener.js";
import { MAX_DROPS, MAX_READS } from "./sockets.js";
import { BoardTimer } from "./timer.js";
import type { BufferUDP, UDP, UDPConstructor } from "./udp.js";

/** Clients send at most 576 bytes, headers of IP and UDP included (RFC 2131 §2). Some pad their messages to a little more. */
const MAX_MESSAGE_BYTES = 640;
/** The message that has arrived, and the answer. */
const BUFFER_BYTES = MAX_MESSAGE_BYTES + MAX_REPLY_BYTES;

/** Where and how a server listens. */
export interface DhcpListening {
  readonly io: UDPConstructor;
  /** The board's own address in the network that is served. */
  readonly address: string;
  /** Shared with other servers. Default: a buffer of its own. */
  readonly buffer: DataView | null | undefined;
}

/** Reports of the engine and the sockets. None of them may throw. */
export type DhcpListener = DhcpObserver & ErrorListener;

/** Called by a socket, as its method, which makes a buffer for each datagram. */
function onReadable(this: UDP): void {
  (this.target as DhcpHost).read(this);
}

/** Called by a socket, as its method, with each datagram. */
function onDatagram(this: UDP, packet: DataView, length: number): void {
  (this.target as DhcpHost).receive(packet, length);
}

export class DhcpHost extends BoardTimer implements DhcpTransport {
  readonly engine: DhcpEngine;
  private requests: UDP | null = null;
  /** Here other servers answer this one's questions. */
  private answers: UDP | null = null;
  /** Whether the sockets are of the kind {@link BufferUDP}. */
  private readonly isBuffered: boolean;

  /**
   * Looks for other servers, then serves clients, until `close`.
   *
   * @throws RangeError if an option is out of its range or the buffer too small; whatever the class of the sockets throws.
   */
  constructor(
    { io, address, buffer }: DhcpListening,
    options: DhcpOptions,
    private readonly listener: DhcpListener,
  ) {
    super();
    this.isBuffered = io.readsIntoBuffer === true;
    if (this.isBuffered) {
      const shared = buffer ?? new DataView(new ArrayBuffer(BUFFER_BYTES));
      checked("byteLength of buffer", shared.byteLength, BUFFER_BYTES, Number.MAX_SAFE_INTEGER);
      const answer = new DataView(shared.buffer, shared.byteOffset + MAX_MESSAGE_BYTES, MAX_REPLY_BYTES);
      this.engine = new DhcpEngine(this, options, listener, answer);
      this.open(io, { address, target: this, onDatagram, buffer: shared });
    } else {
      this.engine = new DhcpEngine(this, options, listener);
      this.open(io, { address, target: this, onReadable });
    }
    this.start(this);
    this.engine.start(this.now());
    this.setTimer();
  }

  private open(io: UDPConstructor, options: object): void {
    try {
      this.requests = new io({ ...options, port: DHCP_SERVER_PORT });
      this.answers = new io({ ...options, port: DHCP_CLIENT_PORT });
    } catch (error) {
      this.closeSockets();
      throw error;
    }
  }

  close(): void {
    this.engine.stop();
    if (this.requests !== null) {
      this.closeSockets();
      this.clear();
    }
  }

  private closeSockets(): void {
    this.requests?.close();
    this.answers?.close();
    this.requests = null;
    this.answers = null;
  }

  send(packet: Uint8Array, length: number, address: number, port: number): void {
    const socket = this.requests;
    try {
      if (this.isBuffered) {
        if ((socket as BufferUDP | null)?.send(packet, length, address >>> 0, port) === false) {
          throw new Error(NOT_SENT);
        }
      } else {
        socket?.write(packet.subarray(0, length), addressText(address), port);
      }
    } catch (error) {
      this.listener.failed(error);
    }
  }

  receive(packet: DataView, length: number): void {
    if (length <= MAX_MESSAGE_BYTES) {
      try {
        this.engine.receive(packet, length, this.now());
      } catch (error) {
        this.listener.failed(error);
      }
    }
  }

  /** Reads what waits in a socket, until it is empty or closed. What is left after a flood is read with the next datagram. */
  read(socket: UDP): void {
    try {
      for (let count = 0; count < MAX_READS + MAX_DROPS && this.isOpen(socket); count++) {
        const datagram = socket.read();
        if (datagram === undefined) {
          return;
        }
        if (count < MAX_READS) {
          this.receive(new DataView(datagram), datagram.byteLength);
        }
      }
    } catch (error) {
      this.listener.failed(error);
    }
  }

  private isOpen(socket: UDP): boolean {
    return socket === this.requests || socket === this.answers;
  }

  /** Reads what waits before the engine concludes that no other server has answered. */
  wake(): void {
    this.readWaiting(this.requests);
    this.readWaiting(this.answers);
    try {
      this.engine.poll(this.now());
    } catch (error) {
      this.listener.failed(error);
    }
    this.setTimer();
  }

  private readWaiting(socket: UDP | null): void {
    if (this.isBuffered) {
      (socket as BufferUDP | null)?.deliver();
    } else if (socket !== null) {
      this.read(socket);
    }
  }

  private setTimer(): void {
    const { nextAt } = this.engine;
    if (nextAt !== NEVER) {
      this.set(nextAt);
    }
  }
}

const NOT_SENT = "a DHCP message was not sent: no memory, or no route";
