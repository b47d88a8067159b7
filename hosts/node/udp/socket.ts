/**
 * UDP sockets that act at once, on literal addresses. Node's own `bind` and `send` look up even a literal address, and
 * return before anything has happened; the look-up given here answers immediately.
 */
import dgram from "node:dgram";
import { MAX_PACKET_BYTES } from "../../../src/index.js";

/** A request with options may be as long as an Ethernet frame. Bytes beyond that hold no option. */
const RECEIVE_BYTES = 2048;

const [MAJOR, MINOR] = process.versions.node.split(".").map(Number) as [number, number];
/** Linux lets sockets of the same user share a port (`SO_REUSEPORT`), which Node asks for since 22.12. */
export const CAN_SHARE_WITH_SAME_USER = process.platform === "linux" && (MAJOR > 22 || (MAJOR === 22 && MINOR >= 12));
/**
 * Whether sockets can share a port at all. The older `SO_REUSEADDR` lets everybody's sockets join on Linux, so that any user
 * could take over requests; elsewhere it is the only way.
 */
export const CAN_SHARE = CAN_SHARE_WITH_SAME_USER || process.platform !== "linux";
const SHARED = CAN_SHARE_WITH_SAME_USER ? { reusePort: true } : { reuseAddr: true };

/** Any port that sends nothing (RFC 863). */
const DISCARD_PORT = 9;

/** The datagram that is being handled. Handlers return before the next one arrives, so one buffer serves all sockets. */
const received = new Uint8Array(RECEIVE_BYTES);
const receivedView = new DataView(received.buffer);

let receivedCount = 0;

/** Datagrams that all sockets of this process have received so far. */
export function receivedDatagrams(): number {
  return receivedCount;
}

/**
 * Handles a datagram: the first `length` bytes of `packet`, which may be written to and are good during the call only. One
 * handler may serve many sockets: it is told which of them has received the datagram.
 */
export type DatagramHandler = (
  packet: DataView,
  length: number,
  address: string,
  port: number,
  socket: UdpSocket,
) => void;

export interface SocketOptions {
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Lets a socket for one address and one for all addresses have the same port, if both ask for it. */
  readonly isShared?: boolean;
  readonly receiveBufferBytes?: number;
  /** Descriptor of a socket that is bound already. Of `address` then only the family counts, and `port` not at all. */
  readonly descriptor?: number;
  /** Reports a datagram that could not be sent. */
  readonly onError?: (error: Error) => void;
}

type LookupCallback = (error: Error | null, address: string, family: number) => void;

function literalIpv4(address: string, _options: unknown, callback: LookupCallback): void {
  callback(null, address, 4);
}

function literalIpv6(address: string, _options: unknown, callback: LookupCallback): void {
  callback(null, address, 6);
}

export class UdpSocket {
  /** The address that the socket is bound to. */
  readonly address: string;
  private readonly socket: dgram.Socket;

  /**
   * Opens the socket and binds it.
   *
   * @throws NodeJS.ErrnoException when the system refuses: EADDRINUSE, EACCES, EADDRNOTAVAIL, EMFILE.
   */
  constructor(options: SocketOptions, handle: DatagramHandler) {
    // The listeners below would keep all options.
    const { onError } = options;
    const isVersion6 = options.address.includes(":");
    this.socket = dgram.createSocket({
      type: isVersion6 ? "udp6" : "udp4",
      lookup: (isVersion6 ? literalIpv6 : literalIpv4) as never,
      ipv6Only: isVersion6,
      ...(options.isShared ? SHARED : {}),
      ...(options.receiveBufferBytes === undefined ? {} : { recvBufferSize: options.receiveBufferBytes }),
    });
    let isBound = false;
    let failure: Error | undefined;
    this.socket.on("error", (error) => {
      if (isBound) {
        // It concerns one datagram, which is then lost; both ends repeat what is lost.
        onError?.(error);
      } else {
        failure = error;
      }
    });
    this.socket.on("message", (message, peer) =>
      handle(receivedView, copyReceived(message), peer.address, peer.port, this),
    );
    const { port, address, descriptor } = options;
    this.socket.bind({ exclusive: true, ...(descriptor === undefined ? { port, address } : { fd: descriptor }) });
    if (failure !== undefined) {
      this.socket.close();
      throw failure;
    }
    isBound = true;
    this.address = descriptor === undefined ? address : this.socket.address().address;
  }

  /** The port that the socket is bound to. */
  get port(): number {
    return this.socket.address().port;
  }

  /**
   * Runs `bind`, which opens a socket on `address`, while this socket is bound to all addresses of this machine. Linux
   * refuses that, but it binds a connected socket to the one address from which it would send, and gives it back all
   * addresses when it is disconnected. So this socket is connected to one of the `others` for the moment; what arrives for
   * addresses without a socket meanwhile is lost. A socket of IPv6 keeps the port of all addresses afterwards, but hears
   * no peer any more: Linux does not forget the peer to which it was connected.
   */
  makeRoom<Result>(address: string, others: readonly string[], bind: () => Result): Result {
    for (const other of others) {
      if (this.connect(other) && this.socket.address().address !== address) {
        break;
      }
    }
    try {
      return bind();
    } finally {
      this.disconnect();
    }
  }

  /** @returns whether the system knows a way to this address. */
  private connect(address: string): boolean {
    this.disconnect();
    this.socket.connect(DISCARD_PORT, address);
    return this.isConnected();
  }

  private disconnect(): void {
    if (this.isConnected()) {
      this.socket.disconnect();
    }
  }

  private isConnected(): boolean {
    try {
      return this.socket.remoteAddress().port === DISCARD_PORT;
    } catch {
      return false;
    }
  }

  /** Sends the first `length` bytes of `packet`, which is free for the next message as soon as this returns. */
  send(packet: Uint8Array, length: number, address: string, port: number): void {
    try {
      this.socket.send(outgoing.hold(packet, length), port, address);
      if (this.socket.getSendQueueCount() > 0) {
        outgoing = new SendBuffer();
      }
    } catch {
      // A datagram that cannot be sent is a lost datagram.
    }
  }

  close(): void {
    this.socket.close();
  }

  /** Lets the process end although the socket is open. */
  unref(): void {
    this.socket.unref();
  }
}

/** @returns the number of bytes for the engine. */
function copyReceived(message: Buffer): number {
  receivedCount++;
  if (message.length > RECEIVE_BYTES) {
    return message.copy(received);
  }
  received.set(message);
  return message.length;
}

/**
 * A message on its way into a socket. The engine has one transmit buffer, and a socket may keep what it is given until
 * the system takes it.
 */
class SendBuffer {
  private readonly bytes = Buffer.allocUnsafeSlow(MAX_PACKET_BYTES);
  /** By length: the same few lengths are sent again and again, so their buffers are made once. */
  private readonly beginnings: Buffer[] = [];

  /** @returns a copy of the first `length` bytes of `packet`. */
  hold(packet: Uint8Array, length: number): Buffer {
    this.bytes.set(packet);
    const present = this.beginnings[length];
    if (present !== undefined) {
      return present;
    }
    const beginning = this.bytes.subarray(0, length);
    this.beginnings[length] = beginning;
    return beginning;
  }
}

/** Replaced whenever a socket still holds its bytes. */
let outgoing = new SendBuffer();
