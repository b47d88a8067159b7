/** UDP sockets that are bound already and come from another program, as systemd passes them (sd_listen_fds(3)). Linux only. */
import { readFileSync, readlinkSync } from "node:fs";
import { ALL_IPV4, ALL_IPV6, isWildcard } from "./addresses.js";
import { type DatagramHandler, UdpSocket } from "./socket.js";

/** Where the system lists its UDP sockets, by family. */
const TABLES = [
  ["/proc/self/net/udp", ALL_IPV4],
  ["/proc/self/net/udp6", ALL_IPV6],
] as const;
const INODE_COLUMN = 9;

/** A socket cannot be used. The message says what to pass instead. */
export class InheritedSocketError extends Error {}

/**
 * @throws InheritedSocketError if the descriptor is no UDP socket, or its socket belongs to no single address: which one
 * a request was sent to would not be known, nor whether it was a broadcast, which must get no answer (RFC 1123 §4.2.3.5).
 */
export function inheritedSocket(descriptor: number, receiveBufferBytes: number, handle: DatagramHandler): UdpSocket {
  const family = familyOf(descriptor);
  if (family === undefined) {
    throw new InheritedSocketError(
      `descriptor ${descriptor} is not a UDP socket; pass sockets of datagrams (ListenDatagram=ADDRESS:69)`,
    );
  }
  const socket = new UdpSocket({ address: family, port: 0, descriptor, receiveBufferBytes }, handle);
  if (isWildcard(socket.address)) {
    socket.close();
    throw new InheritedSocketError(
      `descriptor ${descriptor} is bound to all addresses; pass a socket for each address (ListenDatagram=ADDRESS:69)`,
    );
  }
  return socket;
}

/** Node must know the family of a socket before it opens it. Undefined if there is no such UDP socket. */
function familyOf(descriptor: number): string | undefined {
  let link: string;
  try {
    link = readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
  const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  return TABLES.find(([table]) => inode !== undefined && inodesIn(table).includes(inode))?.[1];
}

function inodesIn(table: string): (string | undefined)[] {
  const lines = readFileSync(table, "utf8").split("\n");
  return lines.map((line) => line.trim().split(/\s+/)[INODE_COLUMN]);
}
