import { OPCODE_DATA } from "lockstep-tftp/engine";
import { numberOf, opcodeOf, type Simulation } from "lockstep-tftp/simulated";

/** Lets the network lose DATA of this block, the first time. Returns whether that has happened. */
export function loseOnce({ network }: Simulation, block: number): () => boolean {
  let isLost = false;
  network.intercept = ({ bytes }) => {
    const isIt = !isLost && opcodeOf(bytes) === OPCODE_DATA && numberOf(bytes) === block;
    isLost ||= isIt;
    return !isIt;
  };
  return () => isLost;
}
