/** A terminal that shows the running transfers at the bottom, and log lines above them. */
import type { WriteStream } from "node:tty";
import type { BootWatch } from "../../dhcp/boot-watch.js";
import type { TftpServer } from "../../server.js";
import type { LogLevel } from "../log.js";
import type { Output } from "../output.js";
import { addressLines } from "./address-lines.js";
import { wrap } from "./columns.js";
import { type Frame, LiveScreen, type Terminal } from "./live-screen.js";
import { transferLines } from "./live-transfers.js";
import { MissingLines } from "./missing-lines.js";
import { type Paint, paintFor } from "./paint.js";

/** One row of so many may show files that are not there, and one of so many clients of DHCP. */
const SHARE_OF_MISSING = 4;
const SHARE_OF_ADDRESSES = 3;

export class LiveOutput implements Output {
  readonly isLive = true;
  private readonly screen: LiveScreen;
  private readonly paint: Paint;
  private frame: Frame = () => [];
  private addressFrame: Frame = () => [];

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
    this.screen.print(this.painted(wrap(line, this.screen.columns), level));
  }

  watch(server: TftpServer): void {
    const wake = (): void => this.screen.wake();
    const transfers = transferLines(server, this.paint);
    const missing = new MissingLines(server, this.paint, wake);
    this.frame = (columns, rows) => {
      const below = missing.lines(columns, Math.floor(rows / SHARE_OF_MISSING));
      const above = this.addressFrame(columns, Math.floor(rows / SHARE_OF_ADDRESSES));
      return [...above, ...transfers(columns, rows - above.length - below.length), ...below];
    };
    server.on("started", wake);
  }

  watchAddresses(source: BootWatch): void {
    this.addressFrame = addressLines(source, this.paint);
    source.onChange(() => this.screen.wake());
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
