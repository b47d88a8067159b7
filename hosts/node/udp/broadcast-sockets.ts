/**
 * Sockets on broadcast addresses, which send nothing, for a server on single addresses: sockets on those receive no
 * broadcast. (On Windows they do, and cannot tell it from other requests.)
 */
import { ALL_IPV4, isLoopback, wildcardOf } from "./addresses.js";
import { broadcastAddressOf, LIMITED_BROADCAST } from "./group-addresses.js";
import { addressesWithCarrier } from "./machine-addresses.js";
import { CAN_SHARE, type DatagramHandler, UdpSocket } from "./socket.js";

export class BroadcastSockets {
  private readonly sockets: UdpSocket[] = [];

  constructor(private readonly handle: DatagramHandler) {}

  /**
   * Opens a socket on 255.255.255.255, and one on the broadcast address of the network of each address that is served.
   *
   * @param isOptional another program may have the port.
   * @throws NodeJS.ErrnoException as a socket does.
   */
  open(served: readonly string[], port: number, isOptional: boolean): void {
    const isServed = (address: string): boolean => wildcardOf(address) === ALL_IPV4 && !isLoopback(address);
    const own = new Set(served.filter(isServed));
    if (own.size === 0) {
      return;
    }
    const networks = addressesWithCarrier().filter(({ address }) => own.has(address));
    for (const address of new Set([LIMITED_BROADCAST, ...networks.map(broadcastAddressOf)])) {
      if (address !== undefined) {
        this.openOne(address, port, isOptional);
      }
    }
  }

  close(): void {
    for (const socket of this.sockets.splice(0)) {
      socket.close();
    }
  }

  private openOne(address: string, port: number, isOptional: boolean): void {
    try {
      this.sockets.push(new UdpSocket({ address, port, isShared: CAN_SHARE }, this.handle));
    } catch (error) {
      // Systems that bind no broadcast address may hand broadcasts to the sockets on single addresses.
      if (!isOptional && (error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") {
        throw error;
      }
    }
  }
}
