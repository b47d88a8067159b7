/**
 * A datagram that waits in Node or in the system keeps its bytes, although the engine has a single transmit buffer.
 */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { script } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Makes sockets hold each datagram until the turn of the event loop is over. */
function makeSocketsSlow({ mock }: TestContext): void {
  const { createSocket } = dgram;
  mock.method(dgram, "createSocket", (options: dgram.SocketOptions) => {
    const socket = createSocket(options);
    const send = socket.send.bind(socket) as (...words: unknown[]) => void;
    let held = 0;
    let isClosed = false;
    socket.once("close", () => {
      isClosed = true;
    });
    socket.getSendQueueCount = () => held;
    socket.send = (...words: unknown[]) => {
      held++;
      setImmediate(() => {
        held--;
        isClosed || send(...words);
      });
    };
    return socket;
  });
}

test("a window of 16 blocks arrives whole through sockets that hold every datagram", async (t) => {
  const root = temporaryFolder(t);
  const content = seededBytes(1, 40 * 512 + 1);
  writeFileSync(path.join(root, "file"), content);
  makeSocketsSlow(t);
  const { port } = await serving(t, { root });
  const fetched = await fetchFile("file", { port, options: { windowsize: 16 } });
  assert.equal(fetched.granted?.windowsize, 16);
  assert.ok(fetched.content.equals(content));
});

test("a window of more blocks than the system takes arrives whole", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./held-datagrams-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
