/**
 * Whole packets on a board: from the callback of a UDP socket to the message that is handed back to it, through the board's
 * server and storages. The UDP classes and the file system are stand-ins with the SDK's interface, whose own steps are
 * counted apart.
 */
import { OPCODE_ACKNOWLEDGEMENT, OPCODE_DATA } from "lockstep-tftp/engine";
import { Log } from "../../../hosts/moddable/firmware/log.js";
import { Statistics } from "../../../hosts/moddable/firmware/statistics.js";
import TFTPServer, { type TFTPServerOptions, type UDPConstructor } from "../../../hosts/moddable/server.js";
import { ArchiveStorage } from "../../../hosts/moddable/storage/archive-storage.js";
import { FileStorage } from "../../../hosts/moddable/storage/file-storage.js";
import { CLIENT_PORT, CLIENT_TEXT, type FakeUDP, newWire, OwnUDP, SdkUDP, wire } from "./shared/fake-udp.js";
import { OneFileDirectory } from "./shared/one-file-directory.js";
import { Client, DOWNLOAD, EndlessFile, OneFileStorage, type RequestText, UPLOAD } from "./shared/workbench.js";

const HEADER_BYTES = 4;
const BLOCK_BYTES = 512;
const BLOCK_NUMBER_MASK = 0xffff;
const TAR_HEADER_BYTES = 512;

/** The SDK's clock, from the stand-in for its module. */
declare const boardTime: { ticks: number };

/** The SDK's timers, likewise. */
declare const boardTimers: { fire(): void };

/** The worker lacks this function of the SDK's XS. */
const encoder = new TextEncoder();
ArrayBuffer.fromString ??= (text: string) => encoder.encode(text).buffer;

/** Makes `count` buffers of texts, to count what the stand-in makes beyond the three slots of the SDK's function. */
export function encodeTexts(count: number): void {
  for (let index = 0; index < count; index++) {
    ArrayBuffer.fromString(DOWNLOAD.name);
  }
}

globalThis.trace = () => {};

/** An archive of one file. */
function archive(sizeBytes: number): ArrayBuffer {
  const bytes = new Uint8Array(TAR_HEADER_BYTES + sizeBytes);
  bytes.set(new Uint8Array(ArrayBuffer.fromString(DOWNLOAD.name)));
  bytes.set(new Uint8Array(ArrayBuffer.fromString(sizeBytes.toString(8).padStart(11, "0"))), 124);
  bytes[156] = 0x30;
  return bytes.buffer;
}

/** Large enough for all blocks of a run. */
const LONG_FILE_BYTES = 4 * 1024 * 1024;

/** Fits into one block. */
const SHORT_FILE_BYTES = 100;

class ShortFile extends EndlessFile {
  override read(): number {
    return SHORT_FILE_BYTES;
  }
}

/** Needs no guard, as the files of the image. */
class SafeEndlessFile extends EndlessFile {
  readonly neverThrows = true;
}

const STORAGES = {
  /** Neither copies nor is guarded. */
  nothing: () => new OneFileStorage(new SafeEndlessFile()),
  image: (sizeBytes: number) => new ArchiveStorage(archive(sizeBytes)),
  file: (sizeBytes: number) => new FileStorage({ directory: new OneFileDirectory(sizeBytes), write: "overwrite" }),
  memory: (sizeBytes: number) =>
    new OneFileStorage(sizeBytes === SHORT_FILE_BYTES ? new ShortFile() : new EndlessFile()),
};

const UDPS: Record<string, unknown> = { own: OwnUDP, sdk: SdkUDP };

let server: TFTPServer;
let client: Client;
let isUpload = false;
let block = 0;

/** Starts a server. With a log it has the callbacks of the firmware. */
export function start(storage: keyof typeof STORAGES, udp: string, hasLog: boolean, isShort: boolean): void {
  newWire();
  client = new Client({ receive() {} });
  const log = new Log(true);
  const statistics = new Statistics();
  const callbacks: Partial<TFTPServerOptions> = hasLog
    ? {
        onEnded(transfer, outcome, durationMs) {
          statistics.countEnd(transfer, outcome);
          log.ended(transfer, outcome, durationMs);
        },
      }
    : {};
  server = new TFTPServer({
    io: UDPS[udp] as UDPConstructor,
    storage: STORAGES[storage](isShort ? SHORT_FILE_BYTES : LONG_FILE_BYTES),
    ...callbacks,
  });
}

/** Has to be escaped in the log. */
const ODD_NAME = "\u0001\u00e9.bin";

/** Starts a server that takes no uploads, with the firmware's log. */
export function startReadOnly(): void {
  newWire();
  client = new Client({ receive() {} });
  const log = new Log(true);
  const statistics = new Statistics();
  server = new TFTPServer({
    io: OwnUDP as unknown as UDPConstructor,
    storage: new FileStorage({ directory: new OneFileDirectory(SHORT_FILE_BYTES), write: "never" }),
    onRefused(request, errorCode, reason) {
      statistics.countRefusal();
      log.refused(request, errorCode, reason);
    },
  });
}

let callbackCount = 0;

function count(): void {
  callbackCount++;
}

/**
 * Starts a server whose callbacks all do nothing but count, or read the address as well.
 *
 * @param isWelcome whether requests are answered.
 * @param name the file that is requested.
 */
export function startWatched(isWelcome: boolean, name: string, readsAddress: boolean): void {
  newWire();
  client = new Client({ receive() {} });
  callbackCount = 0;
  const read = (view: { readonly address: string }): void => {
    count();
    if (readsAddress && view.address !== CLIENT_TEXT) {
      throw new Error(`The address is ${view.address}`);
    }
  };
  server = new TFTPServer({
    io: OwnUDP as unknown as UDPConstructor,
    storage: STORAGES.nothing(),
    onRequest(request) {
      read(request);
      return isWelcome;
    },
    onStarted: read,
    onProgress: read,
    onEnded: read,
    onRefused: read,
  });
  writeRequest({ ...DOWNLOAD, name });
}

/** Requests of clients on different ports. Returns how often callbacks were called. */
export function flood(times: number): number {
  const before = callbackCount;
  for (let index = 0; index < times; index++) {
    (wire.sockets[0] as OwnUDP).peerPort = CLIENT_PORT + index;
    requestAgain();
  }
  return callbackCount - before;
}

function arrive(socket: FakeUDP | undefined, length: number): void {
  wire.length = length;
  (socket as FakeUDP).arrive();
}

/** A request is written once, since that makes garbage. */
let requestLength = 0;

function writeRequest(text: RequestText): void {
  requestLength = client.write(text);
}

/** Requests the file. Returns the number of transfers that run. */
export function request(up: boolean): number {
  return requestText(up ? UPLOAD : DOWNLOAD, up);
}

/** Requests an upload of a file with a name that the log escapes. Returns the number of messages that the server sends. */
export function requestOdd(): number {
  const before = wire.sentCount;
  requestText({ ...UPLOAD, name: ODD_NAME }, true);
  return wire.sentCount - before;
}

function requestText(text: RequestText, up: boolean): number {
  isUpload = up;
  writeRequest(text);
  requestAgain();
  return server.running;
}

function requestAgain(): void {
  block = 0;
  for (let at = 0; at < requestLength; at += 4) {
    wire.packet.setUint32(at, client.packet.getUint32(at));
  }
  arrive(wire.sockets[0], requestLength);
}

/** Sends `count` ACKs or blocks to the transfer. Returns the number of messages that came back. */
export function receive(count: number): number {
  const before = wire.sentCount;
  const socket = wire.sockets[wire.sockets.length - 1];
  const opcode = (isUpload ? OPCODE_DATA : OPCODE_ACKNOWLEDGEMENT) << 16;
  const length = isUpload ? HEADER_BYTES + BLOCK_BYTES : HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    block = (block + 1) & BLOCK_NUMBER_MASK;
    wire.packet.setUint32(0, opcode | block);
    boardTime.ticks++;
    arrive(socket, length);
  }
  return wire.sentCount - before;
}

const idle = new DataView(new ArrayBuffer(1500));

/** The call of a socket that a packet needs. */
function callSocket(this: unknown): void {
  (this as OwnUDP).send();
}

/** The steps of `receive` that are neither the host's nor the engine's: the client, and the stand-in for UDP. */
export function receiveNothing(count: number): number {
  wire.sockets.push(new OwnUDP({ onDatagram: callSocket, buffer: idle }));
  return receive(count);
}

/** Starts downloads by different clients. Returns how many run. */
export function download(count: number): number {
  isUpload = false;
  writeRequest(DOWNLOAD);
  for (let index = 0; index < count; index++) {
    (wire.sockets[0] as OwnUDP).peerPort = CLIENT_PORT + index;
    requestAgain();
  }
  return server.running;
}

/** Lets time pass without a packet. Returns the number of messages that the server sends. */
export function pass(milliseconds: number): number {
  const before = wire.sentCount;
  boardTime.ticks += milliseconds;
  boardTimers.fire();
  return wire.sentCount - before;
}

/** Whole transfers of one short block. Returns how many have not ended. */
export function transfers(up: boolean, count: number): number {
  isUpload = up;
  writeRequest(up ? UPLOAD : DOWNLOAD);
  for (let index = 0; index < count; index++) {
    boardTime.ticks += 10_000;
    requestAgain();
    wire.packet.setUint32(0, (up ? OPCODE_DATA << 16 : OPCODE_ACKNOWLEDGEMENT << 16) | 1);
    arrive(wire.sockets.pop(), up ? HEADER_BYTES + SHORT_FILE_BYTES : HEADER_BYTES);
  }
  return server.running;
}
