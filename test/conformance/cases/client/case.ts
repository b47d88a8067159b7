import type { ClientOptions } from "lockstep-tftp/engine/client";
import { ClientHarness } from "../../../support/client-harness.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";

/** Makes a case for the engine's client. `harness.server` is the server of its first transfer. */
export function clientCase(name: string, body: (harness: ClientHarness) => void, options: ClientOptions = {}): Case {
  const run = (): void => {
    const harness = new ClientHarness(options);
    body(harness);
    harness.finish();
  };
  return { name: `client, ${name}`, run };
}

/** The agreed options of a transfer. */
export interface Agreed {
  readonly blockSize?: number;
  readonly windowSize?: number;
  /** The first block to transfer; the earlier ones have been transferred. Default 1. */
  readonly first?: number;
}

function blockCount(wire: Uint8Array, blockSize: number): number {
  return Math.floor(wire.length / blockSize) + 1;
}

/** Sends a file from the server, without faults. */
export function serve({ server }: ClientHarness, wire: Uint8Array, agreed: Agreed = {}): void {
  const { blockSize = 512, windowSize = 1, first = 1 } = agreed;
  const count = blockCount(wire, blockSize);
  for (let block = first; block <= count; block++) {
    server.data(block & 0xffff, blockOf(wire, block, blockSize));
    if (block === count || block % windowSize === 0) {
      server.expectAcknowledgement(block);
    } else {
      server.expectNothing();
    }
  }
}

/** Takes a file at the server, without faults. Block 1 has been asked for. */
export function take({ server }: ClientHarness, wire: Uint8Array, agreed: Agreed = {}): void {
  const { blockSize = 512, windowSize = 1, first = 1 } = agreed;
  const count = blockCount(wire, blockSize);
  for (let block = first; block <= count; block++) {
    server.expectData(block, blockOf(wire, block, blockSize));
    if (block === count || block % windowSize === 0) {
      server.expectNothing();
      server.acknowledge(block & 0xffff);
    }
  }
}
