/** A client on the network in memory, which makes messages and takes those that arrive. */
import { MAX_BLOCK_BYTES, OPCODE_ACKNOWLEDGEMENT, OPCODE_DATA, OPCODE_ERROR } from "lockstep-tftp/engine";
import { type Arrival, deliver, network, type SentMessage } from "./sdk/udp.js";

export const SERVER_PORT = 69;

const OPCODE_READ_REQUEST = 1;
const OPCODE_WRITE_REQUEST = 2;

function request(opcode: number, name: string, options: readonly string[]): Uint8Array {
  const texts = [name, "octet", ...options].map((text) => `${text}\0`).join("");
  return Buffer.concat([Buffer.from([0, opcode]), Buffer.from(texts)]);
}

export function readRequest(name: string, ...options: string[]): Uint8Array {
  return request(OPCODE_READ_REQUEST, name, options);
}

export function writeRequest(name: string, ...options: string[]): Uint8Array {
  return request(OPCODE_WRITE_REQUEST, name, options);
}

export function acknowledgement(block: number): Uint8Array {
  return Buffer.from([0, OPCODE_ACKNOWLEDGEMENT, (block >> 8) & 255, block & 255]);
}

export function data(block: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([0, OPCODE_DATA, (block >> 8) & 255, block & 255]), bytes]);
}

/** The code of an ERROR, or -1 for any other message. */
export function errorCode({ bytes }: SentMessage): number {
  return bytes[1] === OPCODE_ERROR ? ((bytes[2] as number) << 8) | (bytes[3] as number) : -1;
}

let nextPort = 2000;

export class Client {
  readonly port = nextPort++;

  constructor(
    readonly address = "192.168.4.2",
    private readonly serverPort = SERVER_PORT,
  ) {}

  /** Takes the messages that were sent to this client and that it has not taken yet. */
  take(): SentMessage[] {
    const isMine = ({ address, port }: SentMessage) => address === this.address && port === this.port;
    const mine = network.sent.filter(isMine);
    network.sent = network.sent.filter((message) => !isMine(message));
    return mine;
  }

  /** Takes the only message that was sent. */
  takeOne(): SentMessage {
    const messages = this.take();
    if (messages.length !== 1) {
      throw new Error(`${messages.length} messages instead of one`);
    }
    return messages[0] as SentMessage;
  }

  arrival(message: Uint8Array): Arrival {
    return { address: this.address, port: this.port, message };
  }

  send(port: number, ...messages: Uint8Array[]): void {
    deliver(port, ...messages.map((message) => this.arrival(message)));
  }

  ask(message: Uint8Array): void {
    this.send(this.serverPort, message);
  }

  /** Fetches a file in lock-step: its contents, or the code of the server's ERROR. */
  get(name: string): Uint8Array | number {
    this.ask(readRequest(name));
    const blocks: Uint8Array[] = [];
    for (let block = 1; ; block++) {
      const message = this.takeOne();
      if (errorCode(message) >= 0) {
        return errorCode(message);
      }
      const contents = message.bytes.subarray(4);
      blocks.push(contents);
      this.send(message.from, acknowledgement(block));
      if (contents.length < MAX_BLOCK_BYTES) {
        return Buffer.concat(blocks);
      }
    }
  }

  /** Puts a file in lock-step: -1, or the code of the server's ERROR. */
  put(name: string, contents: Uint8Array): number {
    this.ask(writeRequest(name));
    for (let block = 1; ; block++) {
      const message = this.takeOne();
      if (errorCode(message) >= 0) {
        return errorCode(message);
      }
      const start = (block - 1) * MAX_BLOCK_BYTES;
      if (start > contents.length) {
        return -1;
      }
      this.send(message.from, data(block, contents.subarray(start, start + MAX_BLOCK_BYTES)));
    }
  }
}

/** Bytes that differ from each other and from block to block. */
export function contentsOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9) * 7) & 255);
}
