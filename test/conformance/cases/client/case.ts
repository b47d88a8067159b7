import type { ClientOptions } from "lockstep-tftp/engine/client";
import { ClientHarness } from "../../../support/client-harness.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";

/** A case for the engine's client. Its only transfer, if there is one, has the server `harness.server`. */
export function clientCase(name: string, body: (harness: ClientHarness) => void, options: ClientOptions = {}): Case {
  const run = (): void => {
    const harness = new ClientHarness(options);
    body(harness);
    harness.finish();
  };
  return { name: `client, ${name}`, run };
}

/** What both ends agree on. */
export interface Agreed {
  readonly blockSize?: number;
  readonly windowSize?: number;
  /** The first block, where the ones before it are through. */
  readonly first?: number;
}

function blockCount(wire: Uint8Array, blockSize: number): number {
  return Math.floor(wire.length / blockSize) + 1;
}

/** The server sends a file without faults, from block 1 on. */
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

/** The server takes a file without faults. Block 1 has been asked for. */
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
