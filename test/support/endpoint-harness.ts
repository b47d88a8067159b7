/**
 * A world for an engine, server or client: a clock, files in memory, the simulated network and peers. After every event the
 * harness checks what must always hold. It uses no API of any platform, so that the same cases run on every engine.
 */
import { type Address, type LocalPort, NEVER, type Server } from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";
import { CaseStorage } from "./case-storage.js";
import { EngineTransport } from "./engine-transport.js";
import type { MessageCheck } from "./message-checks.js";
import { Peer } from "./peer.js";

/** The common part of servers and clients. */
export type Endpoint = Pick<Server, "receive" | "poll" | "nextAt" | "stop" | "free" | "used" | "running">;

/** The size of a host's buffer: a request with options may fill an Ethernet frame. */
const RECEIVE_BYTES = 2048;
/** A zero byte, a mode and its end: a read past a datagram finds what makes it whole. */
const AFTER_DATAGRAM = Uint8Array.of(0x00, 0x6f, 0x63, 0x74, 0x65, 0x74, 0x00);

/** Longer than any transfer waits: several of the longest intervals of RFC 2349. */
const MAX_LIFETIME_MS = 3_600_000;

const PEER_ADDRESS = "192.0.2.1";
const PEER_PORT_FIRST = 2000;

export abstract class EndpointHarness {
  readonly storage = new CaseStorage();
  readonly transport: EngineTransport;
  /** The engine's clock in milliseconds. It starts after a day, so that it can go back. */
  now = 86_400_000;
  /** Bytes in the host's buffer after a datagram, left by an earlier one. */
  afterDatagram: Uint8Array = AFTER_DATAGRAM;

  private readonly peers: Peer[] = [];
  private readonly receiveBuffer = new Uint8Array(RECEIVE_BYTES);
  private readonly receiveView = new DataView(this.receiveBuffer.buffer);

  constructor(
    private readonly poolSize: number,
    private readonly singlePort: boolean,
    checkMessage: MessageCheck,
    listeners?: readonly LocalPort[],
  ) {
    this.transport = new EngineTransport((...datagram) => this.take(...datagram), checkMessage, listeners);
  }

  protected abstract readonly endpoint: Endpoint;

  /** Transfers that the observer saw start and not end. */
  protected abstract readonly seenRunning: number;

  /** Makes a peer, on a port that no other peer has unless one is given. */
  peer(port = PEER_PORT_FIRST + this.peers.length, address: Address = PEER_ADDRESS): Peer {
    const peer = new Peer(this, address, port);
    this.peers.push(peer);
    return peer;
  }

  /** Puts a file into the storage. */
  file(name: string, bytes: Uint8Array): Uint8Array {
    this.storage.files.set(name, bytes);
    return bytes;
  }

  /** Hands the engine a datagram, with the port where it arrived. */
  protected abstract hand(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void;

  /** Lets time pass, and polls the engine whenever it asked for that. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.endpoint.nextAt <= end) {
      this.pollNext();
    }
    this.now = end;
  }

  /** Lets time pass until the engine asked to be polled, unless that is overdue. */
  pollNext(): void {
    this.pollAt(this.endpoint.nextAt > this.now ? this.endpoint.nextAt : this.now);
  }

  /** Sets the clock, forwards or back, and polls the engine. */
  pollAt(now: number): void {
    this.now = now;
    this.endpoint.poll(now);
    this.settle();
    ok(this.endpoint.nextAt > now, "after a poll the next one is later");
  }

  stop(): void {
    this.endpoint.stop(this.now);
    this.settle();
  }

  /** Ends the case: no peer has an unexpected message, and in time every transfer ends. */
  finish(): void {
    for (const peer of this.peers) {
      peer.expectNothing();
    }
    const end = this.now + MAX_LIFETIME_MS;
    while (this.endpoint.nextAt !== NEVER) {
      ok(this.endpoint.nextAt <= end, "an unanswered transfer ends within an hour");
      this.pollNext();
    }
    equal(this.endpoint.free, this.poolSize, "free slots after every transfer has ended");
  }

  /** Delivers the engine's messages, and checks what must always hold. */
  protected settle(): void {
    this.transport.settle();
    const { openPorts } = this.transport;
    const { free, used, running, nextAt } = this.endpoint;
    equal(free + used, this.poolSize, "free and used slots together");
    equal(running, this.seenRunning, "running transfers, as the observer saw them");
    equal(this.storage.openHandles, running, "open files, one for each running transfer");
    equal(openPorts.size, this.singlePort ? 0 : used, "open ports, one for each used slot");
    equal(nextAt === NEVER, used === 0, "whether nothing is due, which is when no slot is used");
  }

  private take(localPort: LocalPort, packet: Uint8Array, address: Address, port: number): void {
    this.receiveBuffer.set(packet);
    this.receiveBuffer.set(this.afterDatagram, packet.length);
    this.hand(this.receiveView, packet.length, localPort, address, port);
    this.settle();
  }
}
