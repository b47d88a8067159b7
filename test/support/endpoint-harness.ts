/**
 * A world for an engine, server or client: a virtual clock, files in memory, a network and peers. After everything that
 * happens the harness checks what must always hold. It needs nothing but the language, so that the same cases run
 * everywhere.
 */
import { type Address, FIRST_LISTENER, type LocalPort, NEVER, type Server } from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";
import { MemoryStorage } from "./memory-storage.js";
import { Peer } from "./peer.js";
import { type MessageCheck, VirtualNetwork } from "./virtual-network.js";

/** What servers and clients have in common. */
export type Endpoint = Pick<Server, "receive" | "poll" | "nextAt" | "stop" | "free" | "used" | "running">;

/** As large as a host's buffer: a request with options may fill an Ethernet frame. */
const RECEIVE_BYTES = 2048;
/** A zero byte, a mode and its end: whoever reads past a datagram finds what makes it whole. */
const BEHIND_DATAGRAM = Uint8Array.of(0x00, 0x6f, 0x63, 0x74, 0x65, 0x74, 0x00);

/** Longer than any transfer waits: the longest interval of RFC 2349, some times over. */
const MAX_LIFETIME_MS = 3_600_000;

const PEER_ADDRESS = "192.0.2.1";
const PEER_PORT_FIRST = 2000;

export abstract class EndpointHarness {
  readonly storage = new MemoryStorage();
  readonly network: VirtualNetwork;
  /** The virtual clock, in milliseconds. A day has gone by, so that there is room to go back. */
  now = 86_400_000;
  /** What lies in the host's buffer behind a datagram, from an earlier one. */
  behindDatagram: Uint8Array = BEHIND_DATAGRAM;

  private readonly peers: Peer[] = [];
  private readonly receiveBuffer = new Uint8Array(RECEIVE_BYTES);
  private readonly receiveView = new DataView(this.receiveBuffer.buffer);

  constructor(
    private readonly poolSize: number,
    private readonly singlePort: boolean,
    checkMessage: MessageCheck,
  ) {
    this.network = new VirtualNetwork(() => this.now, checkMessage);
  }

  protected abstract readonly endpoint: Endpoint;

  /** How many transfers the observer saw begin and not end. */
  protected abstract readonly seenRunning: number;

  /** Somebody new, with a port of their own unless one is given. */
  peer(port = PEER_PORT_FIRST + this.peers.length, address: Address = PEER_ADDRESS): Peer {
    const peer = new Peer(this, address, port);
    this.peers.push(peer);
    this.network.recipients.push(peer);
    return peer;
  }

  /** Puts a file into the storage. */
  file(name: string, bytes: Uint8Array): Uint8Array {
    this.storage.files.set(name, bytes);
    return bytes;
  }

  /** A datagram arrives. At the port of a transfer that is over, nobody hears it. */
  deliver(packet: Uint8Array, localPort: LocalPort, address: Address, port: number): void {
    if (localPort < FIRST_LISTENER && !this.network.openPorts.has(localPort)) {
      return;
    }
    this.receiveBuffer.set(packet);
    this.receiveBuffer.set(this.behindDatagram, packet.length);
    this.hand(this.receiveView, packet.length, localPort, address, port);
    this.check();
  }

  /** Gives the engine a datagram, on the port where it arrived. */
  protected abstract hand(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void;

  /** Time passes, and the engine is polled whenever it asked for that. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.endpoint.nextAt <= end) {
      this.pollNext();
    }
    this.now = end;
  }

  /** Time passes until the engine asked to be polled, if that is not overdue. */
  pollNext(): void {
    this.pollAt(this.endpoint.nextAt > this.now ? this.endpoint.nextAt : this.now);
  }

  /** The clock is set, forwards or back, and the engine is polled. */
  pollAt(now: number): void {
    this.now = now;
    this.endpoint.poll(now);
    this.check();
    ok(this.endpoint.nextAt > now, "after a poll the next one is later");
  }

  stop(): void {
    this.endpoint.stop(this.now);
    this.check();
  }

  /** The case is over: nobody has got what it did not expect, and in time nothing is left of any transfer. */
  finish(): void {
    for (const peer of this.peers) {
      peer.expectNothing();
    }
    const end = this.now + MAX_LIFETIME_MS;
    while (this.endpoint.nextAt !== NEVER) {
      ok(this.endpoint.nextAt <= end, "a transfer that nobody answers ends within an hour");
      this.pollNext();
    }
    equal(this.endpoint.free, this.poolSize, "free slots when nothing goes on");
  }

  protected check(): void {
    const { free, used, running, nextAt } = this.endpoint;
    equal(free + used, this.poolSize, "free and used slots together");
    equal(running, this.seenRunning, "running transfers, as the observer saw them");
    equal(this.storage.openHandles, running, "open files, one for each running transfer");
    equal(this.network.openPorts.size, this.singlePort ? 0 : used, "open ports, one for each used slot");
    equal(nextAt === NEVER, used === 0, "whether nothing is due, which is when no slot is used");
  }
}
