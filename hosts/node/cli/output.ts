/** Where `serve` prints its lines: a terminal with a live view, or plain standard output. */
import type { Writable } from "node:stream";
import { exactNow } from "../clock.js";
import type { BootWatch } from "../dhcp/boot-watch.js";
import { pause } from "../runtime/pause.js";
import type { TftpServer } from "../server.js";
import type { LogLevel } from "./log.js";

export interface Output {
  /** Whether it shows running transfers. */
  readonly isLive: boolean;
  /** Fails when the reader of the lines has gone. */
  readonly stream: Writable;
  /** Never waits for the reader: if it stops reading, some lines are kept for it, and the others dropped. */
  print(line: string, level: LogLevel): void;
  /** Starts to show the running transfers of a server. */
  watch(server: TftpServer): void;
  /** Starts to show the clients of a DHCP server. */
  watchAddresses(source: BootWatch): void;
  /**
   * Ends the live view, and waits a moment until the lines are written.
   *
   * @returns whether they are. If not, the reader does not read, and the process must not wait for it.
   */
  close(): Promise<boolean>;
}

/** At the end, a reader gets this long to take what is left. */
const FLUSH_MS = 1000;
const LOOK_MS = 20;

/** Waits until `isWritten`, at most a second. Returns whether it is. */
export async function flushed(isWritten: () => boolean): Promise<boolean> {
  const end = exactNow() + FLUSH_MS;
  while (!isWritten() && exactNow() < end) {
    await pause(LOOK_MS);
  }
  return isWritten();
}
