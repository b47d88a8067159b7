/** A server on a board in memory, with files in memory. Reset before each test. */
import { beforeEach } from "node:test";
import { FAILED, NOT_FOUND, type ReadableFile, type Storage } from "lockstep-tftp/engine";
import type { default as TFTPServerClass, TFTPServerOptions } from "../../../dist/types/hosts/moddable/server.js";
import { boardModule, resetBoard } from "./board.js";
import { contentsOf } from "./client.js";
import UDP from "./sdk/udp.js";

const { default: TFTPServer } = await boardModule<{ default: typeof TFTPServerClass }>("server");

/** The wait before the server repeats a first block. */
export const FIRST_WAIT_MS = 300;
/** Longer than a transfer lives without a peer, and longer than a finished upload lingers. */
export const LONG_MS = 60_000;

export const files = new Map<string, Uint8Array>();

/** Files in memory. Uploads are refused. */
export const storage: Storage = {
  openForReading(name) {
    const contents = files.get(name);
    return contents === undefined ? NOT_FOUND : fileOf(contents);
  },
  openForWriting: () => FAILED,
};

function fileOf(contents: Uint8Array): ReadableFile {
  return {
    sizeBytes: contents.length,
    read(target, position) {
      const part = contents.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close() {},
  };
}

export function start(options: Partial<TFTPServerOptions> = {}): TFTPServerClass {
  return new TFTPServer({ io: UDP as unknown as TFTPServerOptions["io"], storage, ...options });
}

export type { TFTPServerOptions };

beforeEach(() => {
  resetBoard();
  files.clear();
  for (const length of [0, 1, 511, 512, 513, 5000]) {
    files.set(`${length}.bin`, contentsOf(length));
  }
});
