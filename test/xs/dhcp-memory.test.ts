/**
 * Memory of DHCP on a board, on XS: all that `DHCPServer` and the firmware's `dhcp` add to a TFTP server whose buffer they share,
 * with sockets and timers as small as the SDK's. Code is in flash and not counted.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boardBytes, grown, heapSizeOf } from "./support/heap-snapshot.js";
import { XsMachine } from "./support/machine.js";

const ADDRESSES = 16;

/** At rest, with every address given, and after the time in which each client may ask for its file. */
const MAX_BOARD_BYTES = 2048;
/** The SDK's sockets have no buffer to share, so the server has its own for a message that is sent: 548 bytes and two slots. */
const MAX_BOARD_BYTES_WITH_SDK = 2660;
/** Clients are in the table of leases; while one is waited for, a timer counts seconds. */
const MAX_CLIENT_BYTES = 64;

/** Bytes at rest, with clients that have just got their addresses, and later. */
async function bytesOf(machine: XsMachine, kind: string, udp: string): Promise<[number, number, number]> {
  const start = `program.start("${kind}", "${udp}")`;
  const lease = `program.lease(0, ${ADDRESSES})`;
  // What the program and the modules make when they run for the first time is none of the server's.
  await machine.run(start);
  await machine.run(lease);
  await machine.run("program.wait()");
  await machine.run("program.forget()");
  const before = await heapSizeOf(machine);
  await machine.run("null");
  let last = await heapSizeOf(machine);
  // Each call leaves a slot and a text in the worker.
  const callBytes = boardBytes(grown(last, before));
  let sum = 0;
  const bytes = async () => {
    const now = await heapSizeOf(machine);
    sum += boardBytes(grown(now, last)) - callBytes;
    last = now;
    return sum;
  };
  assert.equal((await machine.run(start)).value, true);
  const atRest = await bytes();
  assert.equal((await machine.run(lease)).value, ADDRESSES);
  const leased = await bytes();
  await machine.run("program.wait()");
  return [atRest, leased, await bytes()];
}

for (const [kind, name] of [
  ["server", "a board's DHCPServer"],
  ["firmware", "the firmware's dhcp"],
] as const) {
  for (const [udp, sockets, maxBytes] of [
    ["own", "the project's UDP", MAX_BOARD_BYTES],
    ["sdk", "the SDK's UDP", MAX_BOARD_BYTES_WITH_SDK],
  ] as const) {
    test(`${name} takes at most ${maxBytes} bytes for ${ADDRESSES} addresses with ${sockets}`, async (t) => {
      const machine = await XsMachine.start("dhcp-board");
      t.after(() => machine.stop());
      const sizes = await bytesOf(machine, kind, udp);
      t.diagnostic(`at rest, with its clients, later: ${sizes.join(", ")} bytes`);
      assert.ok(Math.max(...sizes) <= maxBytes, `${sizes.join(", ")} bytes`);
      assert.ok(Math.max(...sizes) - sizes[0] <= MAX_CLIENT_BYTES, `${sizes.join(", ")} bytes`);
    });
  }
}
