/** A file of two blocks, and the rest of its download. */
import { contents } from "../../support/contents.js";
import type { SocketPeer } from "../../support/socket-peer.js";

export const FILE = contents(600);
export const FIRST_BLOCK = FILE.subarray(0, 512);
export const LAST_BLOCK = FILE.subarray(512);

/** Takes the rest of a download of the file, whose first block has come. */
export async function goesOn(peer: SocketPeer): Promise<void> {
  await peer.acknowledge(1);
  await peer.expectData(2, LAST_BLOCK);
  await peer.acknowledge(2);
}
