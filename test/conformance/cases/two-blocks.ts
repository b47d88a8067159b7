/** A download of two blocks. */
import { OUTCOME_COMPLETED } from "lockstep-tftp/engine";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";

/** Starts the download: the peer has the first block. */
export function begun(harness: Harness): { peer: Peer; file: Uint8Array } {
  const file = harness.file("file", contents(600));
  const peer = harness.peer();
  peer.read("file");
  peer.expectData(1, blockOf(file, 1));
  return { peer, file };
}

/** Takes the rest of the download. */
export function goesOn(harness: Harness, peer: Peer, file: Uint8Array): void {
  peer.expectNothing();
  peer.acknowledge(1);
  peer.expectData(2, blockOf(file, 2));
  peer.acknowledge(2);
  equal(harness.observer.endedTransfers.at(-1)?.outcome, OUTCOME_COMPLETED, "the outcome");
}
