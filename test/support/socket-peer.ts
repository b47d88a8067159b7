/** The other end on a real UDP socket, driven message by message. Loopback only. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { OPCODE_ACKNOWLEDGEMENT, OPCODE_DATA, OPCODE_ERROR, OPCODE_OPTION_ACKNOWLEDGEMENT } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  numberOf,
  type OptionTexts,
  opcodeOf,
  optionsOf,
  payloadOf,
  readRequest,
  writeRequest,
} from "lockstep-tftp/simulated";

/** Time to wait for an expected message. Only a failing test waits that long. */
const PATIENCE_MS = 120_000;
/** No TFTP message starts like this. */
const MARKER = Buffer.from("marker");
const LOOPBACK = "127.0.0.1";
/**
 * The peers' address. Tests run in parallel, and a server of one test may still send to a port that another test got after
 * it: on Linux, where all of 127.0.0.0/8 is loopback, each process uses another address.
 */
const PEERS_ADDRESS =
  process.platform === "linux" ? `127.1.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}` : LOOPBACK;

export interface PeerOptions {
  /** The peer's address and port. Default: any port of an address that no other process uses. */
  readonly address?: string;
  readonly port?: number;
}

export interface SocketMessage {
  readonly packet: Uint8Array;
  readonly address: string;
  readonly port: number;
}

export class SocketPeer implements AsyncDisposable {
  /** The last message: answers go to the port that it came from. */
  heardFrom: SocketMessage | undefined;
  private readonly inbox: SocketMessage[] = [];
  private wake: (() => void) | undefined;

  private constructor(
    private readonly socket: dgram.Socket,
    private readonly serverPort: number,
    private readonly serverAddress: string,
  ) {
    socket.on("message", (packet, { address, port }) => {
      this.inbox.push({ packet, address, port });
      this.wake?.();
    });
  }

  /**
   * Opens a peer's socket.
   *
   * @throws NodeJS.ErrnoException if the peer's address or port is not available.
   */
  static async open(serverPort: number, serverAddress = LOOPBACK, options: PeerOptions = {}): Promise<SocketPeer> {
    const socket = dgram.createSocket(isIPv6(serverAddress) ? "udp6" : "udp4");
    socket.bind(options.port ?? 0, options.address ?? (serverAddress === LOOPBACK ? PEERS_ADDRESS : serverAddress));
    await once(socket, "listening");
    return new SocketPeer(socket, serverPort, serverAddress);
  }

  get port(): number {
    return this.socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    await once(this.socket, "close");
  }

  /** Sends to the listening port, or to another. On return the datagram is in the receiver's queue. */
  async send(packet: Uint8Array, port = this.serverPort, address = this.serverAddress): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.send(packet, port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Sends to the port that the last message came from. */
  reply(packet: Uint8Array): Promise<void> {
    assert.ok(this.heardFrom !== undefined, "something has come that can be answered");
    return this.send(packet, this.heardFrom.port, this.heardFrom.address);
  }

  read(name: string, options: OptionTexts = [], mode = "octet"): Promise<void> {
    return this.send(readRequest(name, options, mode));
  }

  write(name: string, options: OptionTexts = [], mode = "octet"): Promise<void> {
    return this.send(writeRequest(name, options, mode));
  }

  acknowledge(block: number): Promise<void> {
    return this.reply(acknowledgement(block));
  }

  data(block: number, payload: Uint8Array): Promise<void> {
    return this.reply(dataMessage(block, payload));
  }

  /** Takes the next message, whatever it is. */
  async next(): Promise<SocketMessage> {
    if (this.inbox.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing came for ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.inbox.shift() as SocketMessage;
  }

  /** Takes the next message, which must have this opcode. */
  async receive(opcode: number): Promise<Uint8Array> {
    const message = await this.next();
    assert.equal(opcodeOf(message.packet), opcode, `opcode ${opcode}, and not the message ${message.packet.join()}`);
    this.heardFrom = message;
    return message.packet;
  }

  async expectData(block: number, payload: Uint8Array): Promise<void> {
    const packet = await this.receive(OPCODE_DATA);
    assert.equal(numberOf(packet), block & 0xffff);
    assert.deepEqual(Buffer.from(payloadOf(packet)), Buffer.from(payload));
  }

  async expectAcknowledgement(block: number): Promise<void> {
    assert.equal(numberOf(await this.receive(OPCODE_ACKNOWLEDGEMENT)), block & 0xffff);
  }

  async expectOptions(options: OptionTexts): Promise<void> {
    assert.deepEqual(optionsOf(await this.receive(OPCODE_OPTION_ACKNOWLEDGEMENT)), options);
  }

  async expectError(code: number): Promise<void> {
    assert.equal(numberOf(await this.receive(OPCODE_ERROR)), code);
  }

  /**
   * Checks that no message has come: a datagram from this peer to itself is the first to arrive. Ask the server something
   * else before, so that it has certainly handled the message that it should not answer.
   */
  async expectSilence(): Promise<void> {
    const own = this.socket.address();
    await this.send(MARKER, own.port, own.address);
    assert.deepEqual(Buffer.from((await this.next()).packet), MARKER);
  }

  /** Downloads a file without faults. */
  async fetch(
    name: string,
    file: Uint8Array,
    options: OptionTexts = [],
    blockSize = 512,
    windowSize = 1,
  ): Promise<void> {
    await this.read(name, options);
    if (options.length > 0) {
      await this.receive(OPCODE_OPTION_ACKNOWLEDGEMENT);
      await this.acknowledge(0);
    }
    const count = Math.floor(file.length / blockSize) + 1;
    for (let block = 1; block <= count; block++) {
      await this.expectData(block, file.subarray((block - 1) * blockSize, block * blockSize));
      if (block === count || block % windowSize === 0) {
        await this.acknowledge(block & 0xffff);
      }
    }
  }

  /** Uploads a file without faults, in lock-step. */
  async put(name: string, file: Uint8Array): Promise<void> {
    await this.write(name);
    await this.expectAcknowledgement(0);
    const count = Math.floor(file.length / 512) + 1;
    for (let block = 1; block <= count; block++) {
      await this.data(block, file.subarray((block - 1) * 512, block * 512));
      await this.expectAcknowledgement(block);
    }
  }
}
