/** Running transfers of a server as lines on a terminal. */
import type { TransferView } from "../../../../src/index.js";
import { printable } from "../../../common/printable.js";
import { now } from "../../clock.js";
import type { TftpServer } from "../../server.js";
import { shorten } from "./columns.js";
import type { Frame } from "./live-screen.js";
import type { Paint } from "./paint.js";
import { type Progress, progressLine } from "./progress-line.js";
import { RateMeter } from "./rate-meter.js";

class RunningTransfer {
  readonly startedAt: number;
  progress: Progress;
  private readonly port: number;
  private readonly meter: RateMeter;

  constructor(transfer: TransferView) {
    this.startedAt = transfer.startedAt;
    this.port = transfer.port;
    this.meter = new RateMeter(0, transfer.startedAt);
    this.progress = progressOf(transfer, -1, 0);
  }

  /** Whether the slot still holds this transfer. */
  is(transfer: TransferView): boolean {
    return this.startedAt === transfer.startedAt && this.port === transfer.port;
  }

  update(transfer: TransferView, at: number): void {
    this.meter.update(transfer.bytes, at);
    const { steps, bytes } = this.progress;
    this.progress = progressOf(transfer, this.meter.bytesPerSecond, transfer.bytes === bytes ? steps : steps + 1);
  }
}

/** One line per transfer, oldest first. The last line counts those that do not fit. */
export function transferLines(server: Pick<TftpServer, "visitRunning">, paint: Paint): Frame {
  let known = new Map<number, RunningTransfer>();
  return (columns, rows) => {
    const at = now();
    const running = new Map<number, RunningTransfer>();
    server.visitRunning((transfer) => {
      const before = known.get(transfer.slot);
      const entry = before?.is(transfer) ? before : new RunningTransfer(transfer);
      entry.update(transfer, at);
      running.set(transfer.slot, entry);
    });
    known = running;
    const oldest = [...running.values()].sort((one, other) => one.startedAt - other.startedAt);
    const shown = oldest.length <= rows ? oldest : oldest.slice(0, Math.max(0, rows - 1));
    const lines = shown.map(({ progress }) => progressLine(progress, columns, paint));
    const more = oldest.length - shown.length;
    return more > 0 ? [...lines, paint.faint(shorten(`and ${more} more`, columns))] : lines;
  };
}

function progressOf(transfer: TransferView, bytesPerSecond: number, steps: number): Progress {
  return {
    name: printable(transfer.name),
    isUpload: transfer.isUpload,
    peer: String(transfer.address),
    bytes: transfer.bytes,
    sizeBytes: transfer.sizeBytes,
    bytesPerSecond,
    retransmissions: transfer.retransmissions,
    steps,
  };
}
