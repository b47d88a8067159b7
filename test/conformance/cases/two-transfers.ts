/** Helpers of the cases about two transfers with one client. */
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";

/** The new transfer beside one that goes on is silent for this long. */
const BESIDE_MS = 300;
export const FILE = contents(3 * 512 + 100);
export const OTHER = contents(900).reverse();

/** Starts a download of four blocks: the peer has acknowledged the first. */
export function underWay(harness: Harness): Peer {
  harness.file("file", FILE);
  harness.file("other", OTHER);
  const peer = harness.peer();
  peer.read("file");
  peer.expectData(1, blockOf(FILE, 1));
  peer.acknowledge(1);
  peer.expectData(2, blockOf(FILE, 2));
  return peer;
}

/** Takes a download from block `first` on, in which the ACK of the block before is due. */
export function takesRest(peer: Peer, file: Uint8Array, first: number): void {
  const last = Math.floor(file.length / 512) + 1;
  for (let block = first; block <= last; block++) {
    peer.acknowledge(block - 1);
    peer.expectData(block, blockOf(file, block));
  }
  peer.acknowledge(last);
  peer.expectNothing();
}

/** Lets the new transfer begin to send, and discards what the old one repeats. Returns the port of the new one. */
export function newPort(harness: Harness, peer: Peer): number {
  const { serverPort } = peer;
  harness.advance(BESIDE_MS);
  peer.ignoreAll();
  equal(peer.serverPort === serverPort, false, "that the new transfer has the port of the old one");
  return peer.serverPort;
}

export function outcomesOf(harness: Harness): string {
  return harness.observer.endedTransfers.map(({ name, outcome }) => `${name} ${outcome}`).join(", ");
}
