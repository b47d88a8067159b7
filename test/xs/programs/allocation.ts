/** Packets of every kind. Nothing here allocates, so whatever the heap gains was allocated by the engine. */
import { OPCODE_DATA, OPCODE_ERROR } from "lockstep-tftp/engine";
import { Client as EngineClient } from "lockstep-tftp/engine/client";
import {
  CLIENT_ADDRESS,
  CLIENT_PORT,
  Client,
  CountingTransport,
  DOWNLOAD,
  EndlessFile,
  FILE_NAME,
  fillWithLines,
  LISTENER,
  OneFileStorage,
  type RequestText,
  TRANSFER_PORT,
  UPLOAD,
  Workbench,
} from "./shared/workbench.js";

const WINDOW_BLOCKS = 16;
const WINDOWED = ["windowsize", String(WINDOW_BLOCKS)];
/** Short blocks make a million of them affordable where each byte is processed. They have room for a few lines. */
const SHORT_BLOCK_BYTES = 64;
const SHORT_BLOCKS = ["blksize", String(SHORT_BLOCK_BYTES)];
const NETASCII = "netascii";
/** Longer than any wait before a repeat, and shorter than giving up. */
const SILENCE_MS = 5000;
const HEADER_BYTES = 4;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const REQUEST_PORT = 69;
const MAX_GARBAGE_BYTES = 64;

type Packets = (workbench: Workbench, packets: number) => void;

/** A transfer with the packets that arrive during it. */
interface Flow {
  begin(): void;
  receive(packets: number): void;
}

const transport = new CountingTransport();

function workbenchWith(file: EndlessFile): Workbench {
  return new Workbench(new OneFileStorage(file), transport);
}

function flow(request: RequestText, receive: Packets, workbench = workbenchWith(new EndlessFile())): Flow {
  return { begin: () => workbench.begin(request), receive: (packets) => receive(workbench, packets) };
}

/** A download by the engine's client. The workbench's client is the server here. */
function getFlow(): Flow {
  const client = new EngineClient(transport);
  const server = new Client(client);
  return {
    begin: () => client.get({ name: FILE_NAME }, new EndlessFile(), CLIENT_ADDRESS, REQUEST_PORT, server.now),
    receive: (packets) => server.sendBlocks(packets, 1),
  };
}

/** An upload by the engine's client, which the workbench's client accepts and acknowledges. */
function putFlow(): Flow {
  const client = new EngineClient(transport);
  const server = new Client(client);
  return {
    begin: () => {
      client.put({ name: FILE_NAME }, new EndlessFile(), CLIENT_ADDRESS, REQUEST_PORT, server.now);
      server.acknowledge(1, 0);
    },
    receive: (packets) => server.acknowledge(packets, 1),
  };
}

/** Lines that end with LF, and bare carriage returns. */
class TextFile extends EndlessFile {
  private readonly text = new Uint8Array(SHORT_BLOCK_BYTES);

  constructor() {
    super();
    fillWithLines(this.text, 14, [LINE_FEED, CARRIAGE_RETURN]);
  }

  override read(target: Uint8Array): number {
    target.set(this.text);
    return target.length;
  }
}

/** A file that takes four slots at each read, which the meter must count. */
class WastefulFile extends EndlessFile {
  override read(target: Uint8Array): number {
    return target.subarray(0).length;
  }
}

/** Pseudo-random numbers ("xorshift32", Marsaglia 2003). */
let random = 1;
function nextRandom(): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return random >>> 0;
}

/** Random bytes with any opcode except an ERROR of the client, which would end the transfer. */
function receiveGarbage({ packet, server, now }: Workbench, packets: number): void {
  for (let index = 0; index < packets; index++) {
    for (let at = 0; at < MAX_GARBAGE_BYTES; at += 4) {
      packet.setUint32(at, nextRandom());
    }
    const opcode = nextRandom() & 7;
    packet.setUint16(0, opcode);
    const choice = nextRandom();
    const isClient = (choice & 1) === 0 && opcode !== OPCODE_ERROR;
    const length = (choice >>> 8) % (MAX_GARBAGE_BYTES + 1);
    const port = isClient ? CLIENT_PORT : choice >>> 16;
    if ((choice & 2) === 0) {
      server.request(packet, length, LISTENER, CLIENT_ADDRESS, port, now);
    } else {
      server.receive(packet, length, TRANSFER_PORT, CLIENT_ADDRESS, port, now);
    }
  }
}

/** The client is silent before each ACK until the engine has repeated its block. */
function acknowledgeLate(workbench: Workbench, packets: number): void {
  const end = transport.sentCount + packets;
  while (transport.sentCount < end) {
    workbench.now += SILENCE_MS;
    workbench.server.poll(workbench.now);
    workbench.acknowledge(1, 1);
  }
}

function acknowledgeTwice(workbench: Workbench, packets: number): void {
  for (let index = 0; index < packets; index += 2) {
    workbench.acknowledge(1, 1);
    workbench.acknowledge(1, 0);
  }
}

function sendBlocksTwice(workbench: Workbench, packets: number): void {
  for (let index = 0; index < packets; index += 2) {
    workbench.sendBlocks(1, 1);
    workbench.sendBlocks(1, 0);
  }
}

/** Lines, and a bare carriage return after each line end. */
const wireText = new Uint8Array(SHORT_BLOCK_BYTES);
fillWithLines(wireText, 14, [CARRIAGE_RETURN, LINE_FEED, CARRIAGE_RETURN, 0]);

/** The engine translates in place, so each block is written again. */
function sendText(workbench: Workbench, packets: number): void {
  for (let index = 0; index < packets; index++) {
    workbench.bytes.set(wireText, HEADER_BYTES);
    workbench.sendBlocks(1, 1, SHORT_BLOCK_BYTES);
  }
}

/** DATA on the transfer's port, from another port than the client's. */
function sendFrom(port: number): Packets {
  return ({ packet, server, now }, packets) => {
    packet.setUint32(0, OPCODE_DATA << 16);
    for (let index = 0; index < packets; index++) {
      server.receive(packet, HEADER_BYTES, TRANSFER_PORT, CLIENT_ADDRESS, port, now);
    }
  };
}

/** Repeated requests that are refused. */
function request(refused: RequestText): Packets {
  return (workbench, packets) => {
    const length = workbench.write(refused);
    for (let index = 0; index < packets; index++) {
      workbench.sendRequest(length);
    }
  };
}

/** Transfers that the client ends after the first block. */
function requestAndEnd(workbench: Workbench, requests: number): void {
  const { packet, server } = workbench;
  const length = workbench.write(DOWNLOAD);
  const firstBytes = packet.getUint32(0);
  for (let index = 0; index < requests; index++) {
    packet.setUint32(0, firstBytes);
    workbench.sendRequest(length);
    packet.setUint32(0, OPCODE_ERROR << 16);
    server.receive(packet, HEADER_BYTES, TRANSFER_PORT, CLIENT_ADDRESS, CLIENT_PORT, workbench.now);
  }
}

const windowedDownload: RequestText = { ...DOWNLOAD, options: WINDOWED };
const textDownload: RequestText = { ...DOWNLOAD, mode: NETASCII, options: SHORT_BLOCKS };
const textUpload: RequestText = { ...UPLOAD, mode: NETASCII, options: SHORT_BLOCKS };
const singlePort = new Workbench(new OneFileStorage(new EndlessFile()), transport, { singlePort: true });

const acknowledge: Packets = (workbench, packets) => workbench.acknowledge(packets, 1);
const acknowledgeOnListener: Packets = (workbench, packets) => workbench.acknowledgeOnListener(packets);
const sendBlocks: Packets = (workbench, packets) => workbench.sendBlocks(packets, 1);
const acknowledgeWindows: Packets = (workbench, packets) =>
  workbench.acknowledge(packets / WINDOW_BLOCKS, WINDOW_BLOCKS);

const flows: Record<string, Flow> = {
  "download in lock-step": flow(DOWNLOAD, acknowledge),
  "download in lock-step on the listening port": flow(DOWNLOAD, acknowledgeOnListener, singlePort),
  "download in windows of 16": flow(windowedDownload, acknowledgeWindows),
  "download in windows of 16, each with a lost block": flow(windowedDownload, acknowledge),
  "download of netascii": flow(textDownload, acknowledge, workbenchWith(new TextFile())),
  "download with every ACK doubled": flow(DOWNLOAD, acknowledgeTwice),
  "download with every ACK too late": flow(DOWNLOAD, acknowledgeLate),
  "upload in lock-step": flow(UPLOAD, sendBlocks),
  "upload with every block doubled": flow(UPLOAD, sendBlocksTwice),
  "upload in windows of 16": flow({ ...UPLOAD, options: WINDOWED }, sendBlocks),
  "upload of netascii": flow(textUpload, sendText),
  "download by the engine's client": getFlow(),
  "upload by the engine's client": putFlow(),
  "flood of garbage": flow(DOWNLOAD, receiveGarbage),
  "flood of strangers": flow(DOWNLOAD, sendFrom(CLIENT_PORT + 1)),
  "flood from port 0": flow(DOWNLOAD, sendFrom(0)),
  "flood of malformed requests": flow(DOWNLOAD, request({ ...DOWNLOAD, mode: "mail" })),
  "flood of requests for a missing file": flow(DOWNLOAD, request({ ...DOWNLOAD, name: "missing.bin" })),
  "accepted requests": flow(DOWNLOAD, requestAndEnd),
  "a storage that wastes": flow(DOWNLOAD, acknowledge, workbenchWith(new WastefulFile())),
};

function named(name: string): Flow {
  const found = flows[name];
  if (found === undefined) {
    throw new Error(`unknown flow "${name}"`);
  }
  return found;
}

export function begin(name: string): void {
  named(name).begin();
}

/** @returns number of messages that the engine sent. */
export function receive(name: string, packets: number): number {
  const before = transport.sentCount;
  named(name).receive(packets);
  return transport.sentCount - before;
}

/** Allocates chunk memory, in KiB, and releases it. */
export function waste(kib: number): number {
  return new ArrayBuffer(kib * 1024).byteLength;
}
