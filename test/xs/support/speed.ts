/** Counts the steps of XS per packet, which are the same on every computer. */
import type { Parts } from "../programs/steps.js";
import { XsMachine } from "./machine.js";

/** Has no line breaks, for which the worker would count steps that firmware does not take. */
const PROGRAM = "steps-on-one-line";
/** Enough packets for rare events to have their share in the mean. */
const PACKETS = 2000;
const WINDOW_BLOCKS = 16;

/** Steps per packet in lock-step, in the engine and in the floor, with a storage that copies nothing. */
export interface Compared {
  readonly engine: number;
  readonly floor: number;
}

/** Texts of the netascii runs. Real texts have lines of 20 to 80 bytes. */
const TEXTS = ["lines of 40 bytes", "lines of 80 bytes", "no line end", "line ends alone"] as const;

/** Steps for a block of netascii, without the storage's copying. */
export interface NetasciiSteps {
  readonly text: (typeof TEXTS)[number];
  readonly down: number;
  readonly up: number;
}

/** Steps of a packet, by purpose. */
export interface Shares {
  /** Reading the header and finding the transfer. */
  readonly lookup: number;
  /** Progress of the transfer, and the estimate of the round trip. */
  readonly progress: number;
  /** From the storage's answer to the call of the transport: the header and the confirmed position. */
  readonly answer: number;
  /** The next deadline. */
  readonly timer: number;
}

export interface Speed {
  readonly download: Compared;
  /** With a file in memory, whose bytes are copied: XS counts two steps for each. */
  readonly copiedDownload: Compared;
  readonly upload: Compared;
  /** Per block of a window of 16. */
  readonly windowedDownload: number;
  readonly windowedUpload: number;
  readonly netascii: readonly NetasciiSteps[];
  readonly downloadShares: Shares;
  readonly uploadShares: Shares;
}

export async function speed(): Promise<Speed> {
  const machine = await XsMachine.start(PROGRAM);
  try {
    const acknowledgement = await stepsOf(machine, "nothing, with an ACK");
    const data = await stepsOf(machine, "nothing, with DATA");
    const down = async (name: string) => (await stepsOf(machine, name)) - acknowledgement;
    const up = async (name: string) => (await stepsOf(machine, name)) - data;
    const download = { engine: await down("down"), floor: await down("floor down") };
    const copiedDownload = { engine: await down("down, copied"), floor: await down("floor down, copied") };
    return {
      download,
      copiedDownload,
      upload: { engine: await up("up"), floor: await up("floor up") },
      windowedDownload: (await down("down, windowed")) / WINDOW_BLOCKS,
      windowedUpload: await up("up, windowed"),
      netascii: await netasciiSteps(machine, acknowledgement + copiedDownload.engine - download.engine),
      downloadShares: await sharesOf(machine, false, await down("ignored ACK")),
      uploadShares: await sharesOf(machine, true, await up("ignored DATA")),
    };
  } finally {
    await machine.stop();
  }
}

/** Steps per packet. Receives twice, so that the fixed cost of an evaluation cancels out. */
async function stepsOf(machine: XsMachine, name: string): Promise<number> {
  const run = JSON.stringify(name);
  await machine.run(`program.begin(${run})`);
  const once = (await machine.run(`program.receive(${run}, ${PACKETS})`)).meter.steps;
  const twice = (await machine.run(`program.receive(${run}, ${2 * PACKETS})`)).meter.steps;
  return (twice - once) / PACKETS;
}

/**
 * @param outside steps of a download that are not the engine's: the client's ACK and the storage's copying.
 */
async function netasciiSteps(machine: XsMachine, outside: number): Promise<NetasciiSteps[]> {
  const writing = await stepsOf(machine, "nothing, with text");
  const steps: NetasciiSteps[] = [];
  for (const text of TEXTS) {
    const down = (await stepsOf(machine, `down, ${text}`)) - outside;
    const up = (await stepsOf(machine, `up, ${text}`)) - writing;
    steps.push({ text, down, up });
  }
  return steps;
}

async function sharesOf(machine: XsMachine, isUpload: boolean, lookup: number): Promise<Shares> {
  const parts = (await machine.run(`program.parts(${isUpload}, ${PACKETS})`)).value as Parts;
  return {
    lookup,
    progress: parts.beforeStorage - lookup,
    answer: parts.beforeSend,
    timer: parts.afterSend,
  };
}
