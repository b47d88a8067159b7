/** The ports of transfers: no client can guess those of another, and strangers learn nothing from them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledgement } from "lockstep-tftp/simulated";
import { FILE, FIRST_BLOCK, goesOn } from "../../../conformance/sockets/two-blocks.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServedFolder } from "../../../support/served-folder.js";

/** More than the sockets of a client that rest before one of them is used again. */
const DOWNLOADS = 24;
/** Downloads of an attacker before each guess, whose sockets rest then. */
const RESTING = 4;
const ATTEMPTS = 10;
const CLIENT = "127.0.0.2";
const OTHER_CLIENT = "127.0.0.3";

test("no client gets a port on which another was served", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  const known = new Set<number>();
  for (let download = 0; download < DOWNLOADS; download++) {
    known.add((await fetchFile("file", { port: folder.port, localAddress: CLIENT })).port);
  }
  for (let download = 0; download < DOWNLOADS; download++) {
    const { port } = await fetchFile("file", { port: folder.port, localAddress: OTHER_CLIENT });
    assert.ok(!known.has(port), `port ${port} was another client's`);
  }
});

test("ACKs in a client's name do not find its port among those that an attacker was served on", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  // The victim of this test is the sender of what is forged in its name.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const rested: number[] = [];
    for (let download = 0; download < RESTING; download++) {
      rested.push((await fetchFile("file", { port: folder.port, localAddress: OTHER_CLIENT })).port);
    }
    await using victim = await folder.peer({ address: CLIENT });
    await victim.read("file");
    await victim.expectData(1, FIRST_BLOCK);
    const { port } = victim.heardFrom ?? {};
    // With sockets that were used again first in, first out, the first guess was right each time.
    for (const guess of rested) {
      await victim.send(acknowledgement(1), guess);
    }
    assert.ok(!rested.includes(port ?? 0), `attempt ${attempt}: port ${port} was guessed`);
    await goesOn(victim);
  }
});

test("ports of a range are not taken one after the other", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { portRange: { first: 10_000, last: 30_000 } });
  const ports: number[] = [];
  for (let download = 0; download < 5; download++) {
    ports.push((await fetchFile("file", { port: folder.port })).port);
  }
  const steps = ports.slice(1).map((port, index) => port - (ports[index] as number));
  assert.ok(
    steps.some((step) => step < 0 || step > 100),
    `ports: ${ports}`,
  );
});

test("a stranger that is not allowed gets no ERROR from a transfer's port", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { allow: [CLIENT] });
  await using peer = await folder.peer({ address: CLIENT });
  await using stranger = await folder.peer({ address: OTHER_CLIENT });
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await stranger.send(acknowledgement(1), peer.heardFrom?.port);
  // Once the client's next ACK is answered, the stranger's was handled.
  await goesOn(peer);
  await stranger.expectSilence();
});

test("a running transfer goes on when its client is no longer allowed", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer({ address: CLIENT });
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  await folder.server.reconfigure({ root: folder.root, allow: [OTHER_CLIENT] });
  await goesOn(peer);
});
