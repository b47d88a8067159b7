/**
 * `npm run bench:xs`: the engine's cost on XS, counted in steps of XS and in slots of its heap, never timed. Prints tables, and
 * writes them to `bench/results/` together with the figures as JSON.
 */
import { type BoardPacket, boardPackets } from "../test/xs/support/board.js";
import { type CrowdSteps, crowdSteps } from "../test/xs/support/crowd.js";
import {
  type BoardModule,
  boardModules,
  boardServerSlots,
  type FileSizes,
  fileSizes,
  type ModuleSize,
  moduleSize,
  type PoolSize,
  perTransfer,
  poolSizes,
} from "../test/xs/support/sizes.js";
import { type Compared, type Shares, type Speed, speed } from "../test/xs/support/speed.js";
import { type Cell, type Measured, measuredNow, saveReport, table } from "./support/report.js";

interface Results extends Measured {
  readonly speed: Speed;
  readonly files: FileSizes;
  readonly module: ModuleSize;
  readonly pools: readonly PoolSize[];
  readonly crowds: readonly CrowdSteps[];
  readonly board: readonly BoardPacket[];
  readonly boardModules: readonly BoardModule[];
  readonly boardServer: { readonly atRest: number; readonly busy: number };
}

const CROWDS = [8, 64, 1000, 10_000];

function comparedRow(name: string, { engine, floor }: Compared): Cell[] {
  return [name, Math.round(engine), Math.round(floor), (engine / floor).toFixed(2)];
}

function sharesRow(name: string, shares: Shares): Cell[] {
  const steps = [shares.lookup, shares.progress, shares.answer, shares.timer];
  const total = steps.reduce((sum, step) => sum + step, 0);
  return [name, ...steps.map((step) => `${Math.round(step)} (${Math.round((100 * step) / total)} %)`)];
}

/** The engine's part is that of an engine alone, with a storage that copies nothing. */
function boardRow(speed: Speed, packet: BoardPacket): Cell[] {
  const { storage, isUpload, hostAndEngine, storageSteps, ownSlots, sdkSlots, transferSlots } = packet;
  const engine = (isUpload ? speed.upload : speed.download).engine;
  const steps = [hostAndEngine - engine, engine, storageSteps, hostAndEngine + storageSteps];
  return [`${storage}, ${isUpload ? "up" : "down"}`, ...steps.map(Math.round), ownSlots, sdkSlots, transferSlots];
}

function report(results: Results): string {
  const { date, commit, speed, files, module, pools, crowds, board, boardModules, boardServer } = results;
  return `# The engine on XS, ${date}

Engine ${commit}. A step is one byte code; in built-in functions XS counts two steps per copied byte. The
floor is the minimum of any server: read the header, call the storage, write a header. It sends nothing, has one
client, and repeats nothing.

## Steps per packet

${table(
  ["lock-step, 512 bytes", "engine", "floor", "ratio"],
  [
    comparedRow("download, a file in memory", speed.copiedDownload),
    comparedRow("download, without the storage's copying", speed.download),
    comparedRow("upload, without the storage's copying", speed.upload),
  ],
)}

${table(
  ["per block of 512 bytes", "down", "up"],
  [
    ["lock-step", Math.round(speed.download.engine), Math.round(speed.upload.engine)],
    ["window of 16", Math.round(speed.windowedDownload), Math.round(speed.windowedUpload)],
    ...speed.netascii.map(({ text, down, up }) => [`netascii, ${text}`, Math.round(down), Math.round(up)]),
  ],
)}

${table(
  ["lock-step, by part", "parse, look up", "progress, round trip", "header, send", "timer"],
  [sharesRow("download", speed.downloadShares), sharesRow("upload", speed.uploadShares)],
)}

${table(
  ["running transfers", "ACK and block", "ACK and block, single port", "poll, nothing is due"],
  crowds.map(({ transfers, packet, singlePortPacket, poll }) =>
    [transfers, packet, singlePortPacket, poll].map(Math.round),
  ),
)}

## Whole packets of a board

From the callback of a UDP socket to the message that is handed back, in lock-step, without the steps of the stand-ins for
UDP and file system. Slots that a packet leaves with the project's UDP and with one that allocates as the SDK's, and that a
transfer of one block leaves with the log on.

${table(
  ["file", "host", "engine", "storage", "all steps", "slots", "slots, SDK's UDP", "slots of a transfer"],
  board.map((packet) => boardRow(speed, packet)),
)}

## Sizes

${table(
  ["file", "bytes"],
  [
    ["engine.js and core.js", files.bundleBytes],
    ["minified, in one file", files.minifiedBytes],
    ["byte code of the engine, with identifiers of 4 bytes (a board has 2)", module.codeBytes],
    ...boardModules.map(({ name, codeBytes }) => [`byte code of a board's ${name}`, codeBytes]),
  ],
)}

${table(
  ["RAM without code and host", "slots", "bytes on a 32-bit board"],
  [
    ...pools.map(({ transfers, slots, boardBytes }) => [`engine with ${transfers} transfers`, slots, boardBytes]),
    ["each additional transfer", perTransfer(pools, "slots"), Math.round(perTransfer(pools, "boardBytes"))],
    ["the engine's modules, if not preloaded into flash", module.slots, module.boardBytes],
  ],
)}

A board's server with a storage and a log takes ${boardServer.atRest} slots at rest, and ${boardServer.busy} with eight
downloads.
`;
}

const results: Results = {
  ...measuredNow(),
  speed: await speed(),
  files: fileSizes(),
  module: await moduleSize(),
  pools: await poolSizes(),
  crowds: await Promise.all(CROWDS.map(crowdSteps)),
  board: await boardPackets(),
  boardModules: await boardModules(),
  boardServer: await boardServerSlots(),
};
saveReport("xs", results, report(results));
