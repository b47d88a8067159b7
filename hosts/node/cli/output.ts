/** Where `serve` prints its lines: a terminal with a live view, or plain standard output. */
import type { TftpServer } from "../server.js";
import type { LogLevel } from "./log.js";

export interface Output {
  /** Whether it shows running transfers. */
  readonly isLive: boolean;
  print(line: string, level: LogLevel): void;
  /** Starts to show the running transfers of a server. */
  watch(server: TftpServer): void;
  /** Ends the live view. Lines can still be printed. */
  close(): void;
}
