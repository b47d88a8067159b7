/**
 * A port for each transfer, its transfer identifier (RFC 1350 §4), and the way of its datagrams: what arrives goes to the
 * loop, what the engine sends goes out. Ports are any free ones, or those of a range that a firewall lets through.
 */
import { type Address, FIRST_LISTENER, type LocalPort, type Transport } from "../../../src/index.js";
import type { LoopSockets } from "../../common/loop.js";
import { cryptography } from "../runtime/rare-modules.js";
import type { BusyPolling } from "./busy-polling.js";
import type { Listeners } from "./listeners.js";
import { type RestingSocket, RestingSockets } from "./resting-sockets.js";
import { type DatagramHandler, UdpSocket } from "./socket.js";

/** Ports from which those of transfers are taken. */
export interface PortRange {
  /** The first port, 1 to 65,535. */
  first: number;
  /** The last port, not below the first. */
  last: number;
}

/** Receives the datagrams of transfers, with the slot of the transfer: the loop of a server. */
export interface TransferReceiver {
  receive(packet: DataView, length: number, slot: number, address: string, port: number): void;
}

/** With fewer resting sockets of a client a new one is opened, so that its transfers in a row have different ports. */
const MIN_RESTING = 16;

const NO_SLOT = -1;

class TransferSocket extends UdpSocket implements RestingSocket {
  slot = NO_SLOT;
  lastPeerAddress = "";
  lastPeerPort = 0;
}

export class TransferPorts implements Transport, LoopSockets {
  /** By slot. */
  private readonly inUse: (TransferSocket | undefined)[] = [];
  private readonly resting = new RestingSockets<TransferSocket>();
  private inUseCount = 0;
  private receiver: TransferReceiver | undefined;
  private busyPolling: BusyPolling | undefined;

  constructor(
    private readonly listeners: Listeners,
    private readonly range: PortRange | undefined,
    private readonly isAllowed: (address: string) => boolean,
  ) {}

  /** Sets the receiver of datagrams: it exists only after the engine, which needs this transport. */
  start(receiver: TransferReceiver, busyPolling: BusyPolling | undefined): void {
    this.receiver = receiver;
    this.busyPolling = busyPolling;
  }

  open(slot: number, listener: LocalPort, peerAddress: Address, peerPort: number): boolean {
    const address = this.listeners.find(listener)?.address;
    if (address === undefined) {
      return false;
    }
    const peer = peerAddress as string;
    const socket =
      this.resting.take(address, peer, peerPort, MIN_RESTING) ??
      this.openAnother(address) ??
      this.resting.take(address, peer, peerPort, 1) ??
      this.openInPlaceOfResting(address);
    if (socket === undefined) {
      return false;
    }
    socket.slot = slot;
    socket.lastPeerAddress = peer;
    socket.lastPeerPort = peerPort;
    this.inUse[slot] = socket;
    this.inUseCount++;
    return true;
  }

  /** Puts the port to rest: its transfer is over. */
  close(slot: number): void {
    const socket = this.inUse[slot];
    this.inUse[slot] = undefined;
    if (socket !== undefined) {
      socket.slot = NO_SLOT;
      this.inUseCount--;
      this.resting.put(socket);
    }
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    const from = localPort >= FIRST_LISTENER ? this.listeners.find(localPort)?.socket : this.inUse[localPort];
    from?.send(packet, length, address as string, port);
  }

  /** Does nothing: the timer lets Node read the sockets before it wakes the loop (clock.ts). */
  readWaiting(): void {}

  stopListening(): void {
    this.listeners.close();
    this.resting.closeAll();
  }

  /** The range or the descriptors are used up: a resting port of another client makes room for a new one. */
  private openInPlaceOfResting(address: string): TransferSocket | undefined {
    return this.resting.closeFirst() ? this.openAnother(address) : undefined;
  }

  private openAnother(address: string): TransferSocket | undefined {
    const range = this.range;
    if (range === undefined) {
      return this.tryToOpen(address, 0);
    }
    const count = range.last - range.first + 1;
    if (this.inUseCount + this.resting.count >= count) {
      return undefined;
    }
    // From a random port on: who could guess it could acknowledge in the name of another client.
    const start = cryptography().randomInt(count);
    for (let tried = 0; tried < count; tried++) {
      const port = range.first + ((start + tried) % count);
      const socket = this.tryToOpen(address, port);
      if (socket !== undefined) {
        return socket;
      }
    }
    return undefined;
  }

  private tryToOpen(address: string, port: number): TransferSocket | undefined {
    try {
      return new TransferSocket({ address, port }, this.deliver);
    } catch {
      return undefined;
    }
  }

  /** One function for all sockets, which keeps less for each. */
  private readonly deliver: DatagramHandler = (packet, length, address, port, socket) => {
    const { slot, lastPeerAddress } = socket as TransferSocket;
    // The client of a running transfer is served to the end; a stranger that is not allowed gets no ERROR either.
    if (slot !== NO_SLOT && (address === lastPeerAddress || this.isAllowed(address))) {
      this.receiver?.receive(packet, length, slot, address, port);
      this.busyPolling?.expectPacket();
    }
  };
}
