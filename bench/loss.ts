/**
 * `npm run bench:loss`: what lost packets and long round trips cost, with this server and others, through the same
 * seeded link. Prints tables, and keeps them in `bench/results/` together with the figures as JSON.
 */

import { type LossFigures, lossTable, measureLoss } from "./support/lossy-downloads.js";
import { machine } from "./support/machine.js";
import { keep, type Measured, measuredNow } from "./support/report.js";
import { ServedFiles } from "./support/served-files.js";
import { measureWindows, type WindowFigures, windowTable } from "./support/windowed-downloads.js";

interface Results extends Measured {
  readonly machine: string;
  readonly windows: WindowFigures;
  readonly loss: LossFigures;
}

function report({ date, commit, machine, windows, loss }: Results): string {
  return `# Loss and round trips, ${date}

Commit ${commit}. ${machine}.

A link in user space delays each datagram, and loses some: the same ones for each server, as the seed has it.

## What loss adds

A download of ${loss.fileBytes / 1024} KiB in lock-step. The client sends its last message again only after
${loss.clientRepeatMs / 1000} s; a request is never lost, because nobody but the client could repeat it. Each figure is the mean of ${loss.seeds} seeds: the time that the download took longer than the same
download without loss. "Cut off": downloads that were not whole after ${loss.patienceSeconds} s, which count as if they were
whole then.

${lossTable(loss)}

## Windows

${windowTable(windows)}
`;
}

const files = new ServedFiles();
const windows = await measureWindows(files);
const loss = await measureLoss(files);
const results: Results = { ...measuredNow(), machine: machine(), windows, loss };
keep("loss", results, report(results));
