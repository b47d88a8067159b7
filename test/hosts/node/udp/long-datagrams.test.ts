/** Datagrams that are longer than any message of TFTP. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 2000);
const LENGTHS = [2047, 2048, 2049, 9000, 60_000];

test("long datagrams do no harm on the listening port and on the port of a transfer", async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file"), CONTENT);
  const { port } = await serving(t, { root });
  await using peer = await SocketPeer.open(port);
  await peer.read("file");
  await peer.expectData(1, CONTENT.subarray(0, 512));
  for (const length of LENGTHS) {
    await peer.send(new Uint8Array(length));
    await peer.reply(new Uint8Array(length));
  }
  await peer.acknowledge(1);
  await peer.expectData(2, CONTENT.subarray(512, 1024));
  assert.deepEqual((await fetchFile("file", { port })).content, CONTENT);
});
