/** Helpers of the cases about repeats. */
import type { OptionTexts } from "lockstep-tftp/simulated";
import { equalTexts } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import type { Peer } from "../../support/peer.js";

export const FILE_BYTES = 100_000;

/** Lets a peer be silent until the transfer ends; the times are those of the repeats, in milliseconds from now. */
export function repeatsUntilTheEnd(harness: Harness, peer: Peer): { times: number[]; endedAfterMs: number } {
  const start = harness.now;
  peer.ignoreAll();
  while (harness.server.running > 0) {
    harness.pollNext();
  }
  return { times: peer.ignoreSince(start), endedAfterMs: harness.now - start };
}

export function equalTimes(actual: readonly number[], expected: readonly number[]): void {
  equalTexts(actual.map(String), expected.map(String), "milliseconds until each repeat");
}

/** Starts a download, and acknowledges `blocks` blocks, each after `roundTripMs`. */
export function acknowledged(harness: Harness, blocks: number, roundTripMs: number, options: OptionTexts = []): Peer {
  harness.file("file", contents(FILE_BYTES));
  const peer = harness.peer();
  peer.read("file", options);
  if (options.length > 0) {
    peer.acknowledge(0);
  }
  peer.ignoreAll();
  for (let block = 1; block <= blocks; block++) {
    harness.advance(roundTripMs);
    peer.acknowledge(block);
    peer.ignoreAll();
  }
  return peer;
}
