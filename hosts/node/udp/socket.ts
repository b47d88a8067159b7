/**
 * UDP sockets that act at once. Node's own `bind` and `send` look every address up first, even a literal one, and so
 * return before anything happened; here addresses are literal and the look-up answers immediately.
 */
import dgram from "node:dgram";

/** What a socket hands over for each datagram. */
export type Received = (message: Buffer, address: string, port: number) => void;

export interface SocketOptions {
  address: string;
  /** 0 for any that is free. */
  port: number;
  /** Lets a socket for one address and one for all addresses have the same port. */
  shared?: boolean;
  receiveBufferBytes?: number;
}

type LookupCallback = (error: Error | null, address: string, family: number) => void;

function literalIpv4(address: string, _options: unknown, callback: LookupCallback): void {
  callback(null, address, 4);
}

function literalIpv6(address: string, _options: unknown, callback: LookupCallback): void {
  callback(null, address, 6);
}

/**
 * Opens a socket and binds it.
 *
 * @throws NodeJS.ErrnoException when the system refuses: EADDRINUSE, EACCES, EADDRNOTAVAIL, EMFILE.
 */
export function openSocket(options: SocketOptions, received: Received): dgram.Socket {
  const isVersion6 = options.address.includes(":");
  const socket = dgram.createSocket({
    type: isVersion6 ? "udp6" : "udp4",
    lookup: (isVersion6 ? literalIpv6 : literalIpv4) as never,
    ipv6Only: isVersion6,
    reuseAddr: options.shared ?? false,
    ...(options.receiveBufferBytes === undefined ? {} : { recvBufferSize: options.receiveBufferBytes }),
  });
  let failure: Error | undefined;
  // Later errors of a datagram socket concern one datagram, which is then lost; both ends repeat what is lost.
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("message", (message, peer) => received(message, peer.address, peer.port));
  socket.bind({ port: options.port, address: options.address, exclusive: true });
  if (failure !== undefined) {
    socket.close();
    throw failure;
  }
  return socket;
}
