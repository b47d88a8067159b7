/** A terminal that shows the running transfers at the bottom, and log lines above them. */
import type { WriteStream } from "node:tty";
import type { TftpServer } from "../../server.js";
import type { LogLevel } from "../log.js";
import type { Output } from "../output.js";
import { type Frame, LiveScreen, type Terminal } from "./live-screen.js";
import { transferLines } from "./live-transfers.js";
import { type Paint, paintFor } from "./paint.js";

export class LiveOutput implements Output {
  readonly isLive = true;
  private readonly screen: LiveScreen;
  private readonly paint: Paint;
  private frame: Frame = () => [];

  /**
   * @param colours tells which colours the terminal has.
   * @param onDropped called with the number of lines that were lost, when the terminal takes lines again.
   */
  constructor(
    readonly stream: Terminal,
    colours: Pick<WriteStream, "hasColors">,
    onDropped: (count: number) => void,
  ) {
    this.paint = paintFor(colours);
    this.screen = new LiveScreen(stream, (columns, rows) => this.frame(columns, rows), onDropped);
  }

  print(line: string, level: LogLevel): void {
    this.screen.print(this.painted(line, level));
  }

  watch(server: TftpServer): void {
    this.frame = transferLines(server, this.paint);
    server.on("started", () => this.screen.wake());
  }

  close(): Promise<boolean> {
    return this.screen.close();
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
