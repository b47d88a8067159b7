/**
 * `npm run bench:loss`: the cost of lost packets and long round trips, with this server and others, over the same seeded
 * link. Prints tables, and saves them in `bench/results/` together with the figures as JSON.
 */

import { type LossFigures, lossTable, measureLoss } from "./support/lossy-downloads.js";
import { type LossyWindowFigures, lossyWindowTable, measureLossyWindows } from "./support/lossy-windows.js";
import { machine } from "./support/machine.js";
import { type Measured, measuredNow, saveReport } from "./support/report.js";
import { ServedFiles } from "./support/served-files.js";
import { measureWindows, type WindowFigures, windowTable } from "./support/windowed-downloads.js";

interface Results extends Measured {
  readonly machine: string;
  readonly windows: WindowFigures;
  readonly loss: LossFigures;
  readonly lossyWindows: LossyWindowFigures;
}

function report({ date, commit, machine, windows, loss, lossyWindows }: Results): string {
  return `# Loss and round trips, ${date}

Commit ${commit}. ${machine}.

A link in user space delays each datagram and loses some. The seed decides which, so each server loses the same ones.

## Time that loss adds

A lock-step download of ${loss.fileBytes / 1024} KiB. The client repeats its last message only after ${loss.clientRepeatMs / 1000} s. Requests are never
lost: only the client could repeat them. Each figure is the mean over ${loss.seeds} seeds of the time added to the same download
without loss. "Cut off": downloads that were incomplete after ${loss.maxSeconds} s; each counts as ${loss.maxSeconds} s.

${lossTable(loss)}

## Windows

${windowTable(windows)}

## Windows over a link that loses datagrams

Seconds for a download of ${lossyWindows.fileBytes / 1024} KiB, as the mean over ${lossyWindows.seeds} seeds. One that was incomplete after ${lossyWindows.maxSeconds} s counts as
${lossyWindows.maxSeconds} s.

${lossyWindowTable(lossyWindows)}
`;
}

const files = new ServedFiles();
const windows = await measureWindows(files);
const loss = await measureLoss(files);
const lossyWindows = await measureLossyWindows(files);
const results: Results = { ...measuredNow(), machine: machine(), windows, loss, lossyWindows };
saveReport("loss", results, report(results));
