/** Two transfers with one client's port over real sockets: the client's next answer decides. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { EndedTransfer, TftpServer, TransferView } from "lockstep-tftp";
import { ERROR_FILE_EXISTS, OUTCOME_COMPLETED, OUTCOME_SUPERSEDED } from "lockstep-tftp/engine";
import { acknowledgement } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { ServedFolder } from "../../support/served-folder.js";
import type { SocketPeer } from "../../support/socket-peer.js";
import { FILE, FIRST_BLOCK, LAST_BLOCK } from "./two-blocks.js";

const LARGE = contents(3 * 512 + 100);
const OTHER = contents(700);

/** Collects the ends of transfers: name and outcome. */
function ends(server: TftpServer): [string, number][] {
  const list: [string, number][] = [];
  server.on("ended", ({ name }: TransferView, { outcome }: EndedTransfer) => list.push([name, outcome]));
  return list;
}

function blockOf(block: number): Uint8Array {
  return LARGE.subarray((block - 1) * 512, block * 512);
}

/** Uploads a file; `attack` is called after the ACK of the second block. */
async function putAttacked(peer: SocketPeer, attack: () => Promise<void>): Promise<void> {
  await peer.write("file");
  await peer.expectAcknowledgement(0);
  for (let block = 1; block <= 4; block++) {
    await peer.data(block, blockOf(block));
    await peer.expectAcknowledgement(block);
    if (block === 2) {
      await attack();
    }
  }
}

test("docs/protocol.md, RRQ again after progress: the download goes on, and the new transfer ends without a message", async () => {
  await using folder = await ServedFolder.open({ file: LARGE, other: OTHER });
  await using peer = await folder.peer();
  const ended = ends(folder.server);
  await peer.read("file");
  for (let block = 1; block <= 4; block++) {
    await peer.expectData(block, blockOf(block));
    if (block === 2 || block === 3) {
      await peer.read(block === 2 ? "file" : "other");
      // ERROR 1 of the listening port would stop many clients.
      await peer.read("missing");
    }
    await peer.acknowledge(block);
  }
  await using last = await folder.peer();
  await last.fetch("other", OTHER);
  await peer.expectSilence();
  assert.deepEqual(ended.slice(0, 3), [
    ["file", OUTCOME_SUPERSEDED],
    ["other", OUTCOME_SUPERSEDED],
    ["file", OUTCOME_COMPLETED],
  ]);
});

test("docs/protocol.md, RRQ again after progress: a client that starts anew has its answer from another port", async () => {
  await using folder = await ServedFolder.open({ file: LARGE });
  await using peer = await folder.peer();
  const ended = ends(folder.server);
  await peer.read("file");
  await peer.expectData(1, blockOf(1));
  await peer.acknowledge(1);
  await peer.expectData(2, blockOf(2));
  const port = peer.heardFrom?.port;
  await peer.fetch("file", LARGE);
  assert.notEqual(peer.heardFrom?.port, port);
  assert.deepEqual(ended[0], ["file", OUTCOME_SUPERSEDED]);
});

test("docs/protocol.md, RRQ with another name: the client answers the one or the other", async () => {
  for (const answered of ["file", "other"]) {
    await using folder = await ServedFolder.open({ file: FILE, other: OTHER });
    await using peer = await folder.peer();
    const ended = ends(folder.server);
    await peer.read("file");
    await peer.expectData(1, FIRST_BLOCK);
    const old = peer.heardFrom?.port;
    await peer.read("other");
    await peer.expectData(1, OTHER.subarray(0, 512));
    assert.equal(folder.server.running, 2);
    await peer.send(acknowledgement(1), answered === "file" ? old : peer.heardFrom?.port);
    await peer.expectData(2, answered === "file" ? LAST_BLOCK : OTHER.subarray(512));
    assert.deepEqual(ended, [[answered === "file" ? "other" : "file", OUTCOME_SUPERSEDED]]);
    await peer.acknowledge(2);
  }
});

for (const write of ["overwrite", "new"] as const) {
  test(`docs/protocol.md, WRQ again after progress: the upload is stored whole, and nothing is left (write: ${write})`, async () => {
    await using folder = await ServedFolder.open({}, { write });
    await using peer = await folder.peer();
    const ended = ends(folder.server);
    await putAttacked(peer, async () => {
      await peer.write("file");
      await peer.write("another");
    });
    assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(LARGE));
    assert.deepEqual(ended.at(-1), ["file", OUTCOME_COMPLETED]);
    assert.deepEqual(readdirSync(folder.root), ["file"]);
    await using second = await folder.peer();
    if (write === "new") {
      await second.write("file");
      await second.expectError(ERROR_FILE_EXISTS);
    } else {
      await second.put("file", OTHER);
      assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(OTHER));
    }
  });

  test(`docs/protocol.md, WRQ again after progress: a client that starts anew stores its new file (write: ${write})`, async () => {
    await using folder = await ServedFolder.open({}, { write });
    await using peer = await folder.peer();
    await peer.write("file");
    await peer.expectAcknowledgement(0);
    await peer.data(1, blockOf(1));
    await peer.expectAcknowledgement(1);
    await peer.put("file", OTHER);
    assert.deepEqual(Buffer.from(folder.contents("file")), Buffer.from(OTHER));
    assert.deepEqual(readdirSync(folder.root), ["file"]);
  });
}
