/** A client on a board in memory, and the server that answers it. Reset before each test. */
import assert from "node:assert/strict";
import { beforeEach } from "node:test";
import type { ReadableFile, WritableFile } from "lockstep-tftp/engine";
import { dataMessage, numberOf } from "lockstep-tftp/simulated";
import type { default as TFTPClientClass, TFTPClientOptions } from "../../../dist/types/hosts/moddable/client.js";
import { CaseStorage } from "../../support/case-storage.js";
import { blockOf } from "../../support/peer.js";
import { boardModule, resetBoard } from "./board.js";
import { contentsOf } from "./client.js";
import UDP, { BufferUDP, deliver, network, type SentMessage } from "./sdk/udp.js";

export type { TFTPClientOptions };

const { default: TFTPClient } = await boardModule<{ default: typeof TFTPClientClass }>("client");

export const ADDRESS = "192.168.1.1";
export const ADDRESS_BITS = 0xc0a80101;
export const SERVER_PORT = 5000;
/** Longer than a request lives without an answer, and longer than a finished download lingers. */
export const LONG_MS = 60_000;
export const CONTENT = contentsOf(1300);

export let storage: CaseStorage;

beforeEach(() => {
  resetBoard();
  BufferUDP.buffers.clear();
  storage = new CaseStorage();
  storage.files.set("firmware", CONTENT);
});

export function start(options: Partial<TFTPClientOptions> = {}): TFTPClientClass {
  return new TFTPClient({ io: UDP as unknown as TFTPClientOptions["io"], ...options });
}

export function download(name = "file"): WritableFile {
  return storage.openForWriting(name, -1) as WritableFile;
}

export function upload(): ReadableFile {
  return storage.openForReading("firmware") as ReadableFile;
}

/** Takes the only message that was sent. */
export function sentOne(): SentMessage {
  assert.equal(network.sent.length, 1, "messages that were sent");
  return network.sent.pop() as SentMessage;
}

/** The server sends to the port of the request. */
export function answer(to: number, message: Uint8Array, port = SERVER_PORT): void {
  deliver(to, { address: ADDRESS, port, message });
}

/** The server sends all of `CONTENT` to the request that was just sent, and checks the acknowledgements. */
export function give(): void {
  const { from } = sentOne();
  for (const block of [1, 2, 3]) {
    answer(from, dataMessage(block, blockOf(CONTENT, block)));
    const sent = sentOne();
    assert.deepEqual([sent.address, sent.port, numberOf(sent.bytes)], [ADDRESS, SERVER_PORT, block]);
  }
}
