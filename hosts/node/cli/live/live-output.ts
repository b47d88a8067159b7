/** A terminal that shows the running transfers at the bottom, and log lines above them. */
import type { WriteStream } from "node:tty";
import type { TftpServer } from "../../server.js";
import type { LogLevel } from "../log.js";
import type { Output } from "../output.js";
import { type Frame, LiveScreen } from "./live-screen.js";
import { transferLines } from "./live-transfers.js";
import { type Paint, paintFor } from "./paint.js";

export class LiveOutput implements Output {
  readonly isLive = true;
  private readonly screen: LiveScreen;
  private readonly paint: Paint;
  private frame: Frame = () => [];

  constructor(terminal: WriteStream) {
    this.paint = paintFor(terminal);
    this.screen = new LiveScreen(terminal, (columns, rows) => this.frame(columns, rows));
  }

  print(line: string, level: LogLevel): void {
    this.screen.print(this.painted(line, level));
  }

  watch(server: TftpServer): void {
    this.frame = transferLines(server, this.paint);
    server.on("started", () => this.screen.wake());
  }

  close(): void {
    this.screen.close();
  }

  private painted(line: string, level: LogLevel): string {
    switch (level) {
      case "error":
        return this.paint.bad(line);
      case "warn":
        return this.paint.odd(line);
      case "debug":
        return this.paint.faint(line);
      default:
        return line;
    }
  }
}
