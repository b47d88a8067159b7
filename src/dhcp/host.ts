/** Interfaces between the DHCP engine and its host. */

/** Sends datagrams, and looks whether an address is used. */
export interface DhcpTransport {
  /**
   * Sends the first `length` bytes of `packet` from port 67 of the server's address. `packet` is free for the next message
   * as soon as this returns. Must not throw; a datagram that cannot be sent is lost.
   *
   * @param address 32 bits of the receiver's IPv4 address; {@link BROADCAST_ADDRESS} for all of the server's network.
   * @param port 68 for an answer, 67 for the question whether there is another server.
   */
  send(packet: Uint8Array, length: number, address: number, port: number): void;
  /**
   * Asks the network whether a machine uses `address` (by ARP, or an echo request). If one does, the host calls
   * {@link DhcpEngine.addressInUse} within half a second. Without this method addresses are given unseen.
   */
  probe?(address: number): void;
}

/** A client's address. One view shows all: it is good during the call only. */
export interface LeaseView {
  /** 32 bits of the IPv4 address, signed. */
  readonly address: number;
  /** Hardware type, 1 for Ethernet (RFC 1700). */
  readonly hardwareType: number;
  /** As `aa-bb-cc-dd-ee-ff`. */
  readonly hardwareAddress: string;
  /** The boot file that the client was told; empty without one. */
  readonly file: string;
  /** Whether the client has accepted the address; it is only offered or kept otherwise. */
  readonly isBound: boolean;
  /** Seconds until the lease ends, 0 or more. */
  readonly remainingSeconds: number;
  /**
   * Free for the host's own use, 0 to 255: whether this client has fetched its file, for example. 0 again when the address
   * gets another client or is given back, and when the client is told another file.
   */
  mark: number;
}

/** A client that gets an address for the first time waits for the network's answer to a probe. */
export interface DhcpObserver {
  /** The client has its address, for the first time or again; BOOTP has no more than that. */
  leased(lease: LeaseView, now: number): void;
  /** The client has given its address back. */
  released(lease: LeaseView, now: number): void;
  /** Another machine uses this address: a client or a probe has found it. It is left alone for a time. */
  declined(address: number, now: number): void;
  /** A client wanted an address that it cannot have, and was told so. `address` is the one that it wanted. */
  refused(hardwareAddress: string, address: number, now: number): void;
  /** No address is left for this client. It gets no answer. */
  exhausted(hardwareAddress: string, now: number): void;
  /** No other server has answered: clients are served from now on. */
  serving(now: number): void;
  /** Another server answers in this network. This one is silent from now on. `address` is the other's. */
  silenced(address: number, now: number): void;
}
