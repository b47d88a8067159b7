/**
 * The other end, driven message by message. It answers to the port of the last message, as RFC 1350 §4 demands.
 */
import {
  type Address,
  type LocalPort,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
} from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  numberOf,
  type OptionTexts,
  opcodeOf,
  optionsOf,
  payloadOf,
  readRequest,
  writeRequest,
} from "lockstep-tftp/simulated";
import { equal, equalBytes, equalTexts, ok } from "./assertions.js";
import { type EngineTransport, LISTENER } from "./engine-transport.js";

const BLOCK_NUMBERS = 0x10000;

/** A message of the engine: the local port that it left from, and when. */
interface Message {
  readonly localPort: LocalPort;
  readonly at: number;
  readonly packet: Uint8Array;
}

/** The world of a peer: the engine's ports, and the engine's clock. */
interface PeerWorld {
  readonly transport: EngineTransport;
  readonly now: number;
}

export class Peer {
  /** The local port of the engine from which the last message came. */
  serverPort: LocalPort = LISTENER;
  private readonly inbox: Message[] = [];

  constructor(
    private readonly world: PeerWorld,
    readonly address: Address,
    readonly port: number,
  ) {
    world.transport.addPeer(address, port, (localPort, packet) => {
      this.serverPort = localPort;
      this.inbox.push({ localPort, at: world.now, packet });
    });
  }

  /** Sends to the listening port, or to another. */
  send(packet: Uint8Array, localPort: LocalPort = LISTENER): void {
    this.world.transport.deliver(packet, localPort, this.address, this.port);
  }

  /** Sends to where the last message came from. */
  reply(packet: Uint8Array): void {
    this.send(packet, this.serverPort);
  }

  read(name: string, options: OptionTexts = [], mode = "octet"): void {
    this.send(readRequest(name, options, mode));
  }

  write(name: string, options: OptionTexts = [], mode = "octet"): void {
    this.send(writeRequest(name, options, mode));
  }

  acknowledge(block: number): void {
    this.reply(acknowledgement(block));
  }

  data(block: number, payload: Uint8Array): void {
    this.reply(dataMessage(block, payload));
  }

  error(code: number, text?: string): void {
    this.reply(errorMessage(code, text));
  }

  /** The next message, which must be there. */
  receive(opcode: number): Uint8Array {
    const message = this.inbox.shift();
    ok(message !== undefined, `a message with opcode ${opcode} has come to ${this.port}`);
    equal(opcodeOf(message.packet), opcode, "the opcode of a message");
    return message.packet;
  }

  expectData(block: number, payload: Uint8Array): void {
    const packet = this.receive(OPCODE_DATA);
    equal(numberOf(packet), block % BLOCK_NUMBERS, "the block number of DATA");
    equalBytes(payloadOf(packet), payload, `block ${block}`);
  }

  expectAcknowledgement(block: number): void {
    const packet = this.receive(OPCODE_ACKNOWLEDGEMENT);
    equal(packet.length, 4, "bytes of an ACK");
    equal(numberOf(packet), block % BLOCK_NUMBERS, "the block number of an ACK");
  }

  expectOptions(options: OptionTexts): void {
    equalTexts(optionsOf(this.receive(OPCODE_OPTION_ACKNOWLEDGEMENT)), options, "the OACK");
  }

  expectError(code: number): void {
    equal(numberOf(this.receive(OPCODE_ERROR)), code, "the code of an ERROR");
  }

  /** Fails if a message has come that no other call has taken. */
  expectNothing(): void {
    const [message] = this.inbox;
    equal(message === undefined, true, `nothing more has come to port ${this.port}, such as ${message?.packet}`);
  }

  /** Takes every message that has come. */
  receiveAll(): Uint8Array[] {
    return this.inbox.splice(0).map(({ packet }) => packet);
  }

  /** Discards the messages; returns the times at which they came, in milliseconds after `start`. */
  ignoreSince(start: number): number[] {
    return this.inbox.splice(0).map(({ at }) => at - start);
  }

  /** Discards the messages; returns their number. */
  ignoreAll(): number {
    return this.inbox.splice(0).length;
  }

  /** Downloads a file without faults. `wire` is the expected payload: the file, or its netascii. */
  fetch(name: string, wire: Uint8Array, options: OptionTexts = [], mode = "octet"): void {
    this.read(name, options, mode);
    const agreed = this.agreed(options);
    if (options.length > 0) {
      this.acknowledge(0);
    }
    const count = Math.floor(wire.length / agreed.blockSize) + 1;
    for (let block = 1; block <= count; block++) {
      this.expectData(block, blockOf(wire, block, agreed.blockSize));
      if (block === count || block % agreed.windowSize === 0) {
        this.expectNothing();
        this.acknowledge(block % BLOCK_NUMBERS);
      }
    }
  }

  /** Uploads a file without faults. */
  put(name: string, wire: Uint8Array, options: OptionTexts = [], mode = "octet"): void {
    this.write(name, options, mode);
    const agreed = this.agreed(options);
    if (options.length === 0) {
      this.expectAcknowledgement(0);
    }
    const count = Math.floor(wire.length / agreed.blockSize) + 1;
    for (let block = 1; block <= count; block++) {
      this.data(block % BLOCK_NUMBERS, blockOf(wire, block, agreed.blockSize));
      if (block === count || block % agreed.windowSize === 0) {
        this.expectAcknowledgement(block);
      }
    }
  }

  /** Reads the OACK, which must come if options were asked for. */
  private agreed(options: OptionTexts): { blockSize: number; windowSize: number } {
    const answered = options.length === 0 ? [] : optionsOf(this.receive(OPCODE_OPTION_ACKNOWLEDGEMENT));
    return { blockSize: optionValue(answered, "blksize", 512), windowSize: optionValue(answered, "windowsize", 1) };
  }
}

/** The payload of block number `block`, counted from 1. */
export function blockOf(wire: Uint8Array, block: number, blockSize = 512): Uint8Array {
  return wire.subarray((block - 1) * blockSize, block * blockSize);
}

function optionValue(options: OptionTexts, name: string, otherwise: number): number {
  const index = options.indexOf(name);
  return index < 0 ? otherwise : Number(options[index + 1]);
}
