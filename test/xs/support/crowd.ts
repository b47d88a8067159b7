/** Counts the steps of XS for a packet and for a poll, in full pools of different sizes. */
import { XsMachine } from "./machine.js";

const PACKETS = 20_000;

export interface CrowdSteps {
  readonly transfers: number;
  /** For an ACK and the block that answers it, including the client's share, with a port per transfer. */
  readonly packet: number;
  /** For an ACK and the block that answers it, with all transfers on one port. */
  readonly singlePortPacket: number;
  /** For a poll while nothing is due. */
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

/** Runs twice, so that the fixed cost of a run cancels out. */
async function stepsOf(machine: XsMachine, verb: "acknowledge" | "poll"): Promise<number> {
  const once = (await machine.run(`program.${verb}(${PACKETS})`)).meter.steps;
  const twice = (await machine.run(`program.${verb}(${2 * PACKETS})`)).meter.steps;
  return (twice - once) / PACKETS;
}
