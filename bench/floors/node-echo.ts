/**
 * The minimum of a TFTP server on Node: `dgram`, every packet of one file ready in memory, no transfers, no timers. A
 * request is answered with the first block, or with an OACK for the window; an ACK with the window that follows its block. Of
 * an upload, the blocks are acknowledged and dropped, or kept in a file in FOLDER (kept-upload.ts).
 *
 *     node node-echo.js FILE WINDOW one-socket|socket-each [PROCESSES [FOLDER]]
 *
 * With "socket-each" a request opens a socket, which the ACK of the last block closes. Prints its port. Several processes share
 * it, on Linux and Node 22.12 or later.
 */
import { fork } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { answerMemoryQuestions } from "../support/memory.js";
import { KeptUpload } from "./kept-upload.js";

const HOST = "127.0.0.1";
const BLOCK_BYTES = 512;
const HEADER_BYTES = 4;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const READ_REQUEST = 1;
const WRITE_REQUEST = 2;
const DATA = 3;
const ACKNOWLEDGEMENT = 4;
const OPTION_ACKNOWLEDGEMENT = 6;

const [, program = "", file = "", windowText = "1", sockets = "one-socket", ...rest] = process.argv;
const [processesText = "1", folder = "", sharedPort = "0"] = rest;
const processes = Number(processesText);
const window = Number(windowText);
const packets = packetsOf(readFileSync(file));
const offer = Buffer.from(`\0${String.fromCharCode(OPTION_ACKNOWLEDGEMENT)}windowsize\0${window}\0`);

function packetsOf(content: Buffer): readonly Buffer[] {
  const count = Math.floor(content.length / BLOCK_BYTES) + 1;
  return Array.from({ length: count }, (_, index) => {
    const block = content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    const packet = Buffer.alloc(HEADER_BYTES + block.length);
    packet.writeUInt16BE(DATA, 0);
    packet.writeUInt16BE((index + 1) & 0xffff, 2);
    block.copy(packet, HEADER_BYTES);
    return packet;
  });
}

function sendWindow(socket: dgram.Socket, confirmed: number, port: number, address: string): void {
  const end = Math.min(confirmed + window, packets.length);
  for (let block = confirmed; block < end; block++) {
    socket.send(packets[block] as Buffer, port, address);
  }
}

function answerRequest(socket: dgram.Socket, port: number, address: string): void {
  if (window > 1) {
    socket.send(offer, port, address);
  } else {
    sendWindow(socket, 0, port, address);
  }
}

/** By the client's port. */
const kept = new Map<number, KeptUpload>();

/** The ACK of block 0, or an OACK: it answers a request to write. */
function acceptUpload(socket: dgram.Socket, port: number, address: string): void {
  if (folder !== "") {
    kept.get(port)?.abandon();
    kept.set(port, new KeptUpload(folder));
  }
  socket.send(window > 1 ? offer : acknowledgementOf(0), port, address);
}

/** Acknowledges the end of a window, and the last block. */
function answerData(socket: dgram.Socket, message: Buffer, peer: dgram.RemoteInfo, onEnd?: () => void): void {
  const block = message.readUInt16BE(2);
  const isLast = message.length < HEADER_BYTES + BLOCK_BYTES;
  const upload = kept.get(peer.port);
  upload?.write(message, HEADER_BYTES);
  if (isLast) {
    upload?.complete();
    kept.delete(peer.port);
  }
  if (isLast || block % window === 0) {
    socket.send(acknowledgementOf(block), peer.port, peer.address, isLast ? onEnd : undefined);
  }
}

function acknowledgementOf(block: number): Buffer {
  return Buffer.of(0, ACKNOWLEDGEMENT, block >> 8, block & 0xff);
}

function answerAcknowledgement(socket: dgram.Socket, message: Buffer, peer: dgram.RemoteInfo): void {
  sendWindow(socket, message.readUInt16BE(2), peer.port, peer.address);
}

function openTransfer(isUpload: boolean, port: number, address: string): void {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (message, peer) => {
    if (message.length < HEADER_BYTES) {
      // The port was another server's, or another client's, a moment ago.
      return;
    }
    if (isUpload) {
      // Closed any sooner, the socket would not send the last ACK.
      answerData(socket, message, peer, () => socket.close());
      return;
    }
    answerAcknowledgement(socket, message, peer);
    if (message.readUInt16BE(2) === packets.length) {
      socket.close();
    }
  });
  socket.bind(0, HOST, () => (isUpload ? acceptUpload : answerRequest)(socket, port, address));
}

const listening = dgram.createSocket({
  type: "udp4",
  recvBufferSize: RECEIVE_BUFFER_BYTES,
  ...(processes > 1 ? { reusePort: true } : {}),
});
listening.on("message", (message, peer) => {
  if (message.length < HEADER_BYTES) {
    return;
  }
  const opcode = message.readUInt16BE(0);
  if (opcode === ACKNOWLEDGEMENT) {
    answerAcknowledgement(listening, message, peer);
  } else if (opcode === DATA) {
    answerData(listening, message, peer);
  } else if (sockets === "socket-each") {
    openTransfer(opcode === WRITE_REQUEST, peer.port, peer.address);
  } else if (opcode === READ_REQUEST) {
    answerRequest(listening, peer.port, peer.address);
  } else if (opcode === WRITE_REQUEST) {
    acceptUpload(listening, peer.port, peer.address);
  }
});
listening.bind(Number(sharedPort), HOST, async () => {
  const port = String(listening.address().port);
  if (sharedPort === "0") {
    for (let others = processes - 1; others > 0; others--) {
      const other = fork(program, [file, windowText, sockets, processesText, folder, port]);
      await once(other, "message");
    }
    console.log(port);
  } else {
    process.send?.("listening");
  }
});
answerMemoryQuestions();
