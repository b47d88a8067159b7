/** Counts the steps of XS for a packet, and for a poll, in pools of different sizes that are full. */
import { XsMachine } from "./machine.js";

const PACKETS = 20_000;

export interface CrowdSteps {
  readonly transfers: number;
  /** For an ACK and the block that answers it, each transfer with a port of its own; the client's part included. */
  readonly packet: number;
  /** The same with all transfers on one port. */
  readonly singlePortPacket: number;
  /** For a poll when nothing is due. */
  readonly poll: number;
}

export async function crowdSteps(transfers: number): Promise<CrowdSteps> {
  const machine = await XsMachine.start("crowd");
  try {
    await machine.run(`program.begin(${transfers}, false)`);
    const packet = await stepsOf(machine, "acknowledge");
    const poll = await stepsOf(machine, "poll");
    await machine.run(`program.begin(${transfers}, true)`);
    return { transfers, packet, poll, singlePortPacket: await stepsOf(machine, "acknowledge") };
  } finally {
    await machine.stop();
  }
}

/** Run twice, and what a run costs beside its packets cancels out. */
async function stepsOf(machine: XsMachine, verb: "acknowledge" | "poll"): Promise<number> {
  const once = (await machine.run(`program.${verb}(${PACKETS})`)).meter.steps;
  const twice = (await machine.run(`program.${verb}(${2 * PACKETS})`)).meter.steps;
  return (twice - once) / PACKETS;
}
