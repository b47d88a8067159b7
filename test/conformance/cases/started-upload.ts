/** Helpers of the cases about uploads. */
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";

/** Returns a file's present content. */
export function stored(harness: Harness, name: string): Uint8Array {
  return harness.storage.files.get(name) ?? new Uint8Array(0);
}

/** Starts to replace "file", which has other contents: two blocks are acknowledged. */
export function halfWay(harness: Harness): { peer: Peer; old: Uint8Array } {
  const old = harness.file("file", contents(700));
  const peer = harness.peer();
  peer.write("file");
  peer.expectAcknowledgement(0);
  for (const block of [1, 2]) {
    peer.data(block, blockOf(contents(1500), block));
    peer.expectAcknowledgement(block);
  }
  return { peer, old };
}
