/**
 * On XS, the engine allocates nothing while packets flow: the meter counts each slot, and a million packets leave exactly the
 * memory that one leaves.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Growth, growthOf } from "./support/heap.js";
import { XsMachine } from "./support/machine.js";

const PACKETS = 1_000_000;
/** The chunk memory available before a collection varies by a piece. */
const MAX_CHUNK_KIB = 64;
/** Enough requests to see fractions of a slot, few enough for the heap. */
const REQUESTS = 10_000;

/** A name of 12 characters: the parts that it is joined from, and the string. */
const MAX_REQUEST_SLOTS = 0;
const MAX_REQUEST_CHUNK_BYTES = 700;

/** Kinds of packets, with the number of messages that the engine sends per packet. */
const FREE: readonly (readonly [name: string, messagesPerPacket: number])[] = [
  ["download in lock-step", 1],
  ["download in lock-step on the listening port", 1],
  ["download in windows of 16", 1],
  ["download in windows of 16, each with a lost block", 16],
  ["download of netascii", 1],
  ["download with every ACK doubled", 1 / 2],
  ["download with every ACK too late", 1],
  ["upload in lock-step", 1],
  ["upload with every block doubled", 1],
  ["upload in windows of 16", 1 / 16],
  ["upload of netascii", 1],
  ["download by the engine's client", 1],
  ["upload by the engine's client", 1],
  ["flood of strangers", 1],
  ["flood from port 0", 0],
  ["flood of malformed requests", 1],
];

let machine: XsMachine;

before(async () => {
  machine = await XsMachine.start("allocation");
});

after(() => machine.stop());

async function begin(name: string): Promise<void> {
  await machine.run(`program.begin(${JSON.stringify(name)})`);
}

function receive(name: string, packets: number): Promise<Growth & { value: unknown }> {
  return growthOf(machine, `program.receive(${JSON.stringify(name)}, ${packets})`);
}

for (const [name, messagesPerPacket] of FREE) {
  test(`no allocation on XS for ${PACKETS} packets: ${name}`, async () => {
    await begin(name);
    const few = await receive(name, 16);
    const many = await receive(name, PACKETS);
    assert.equal(many.value, PACKETS * messagesPerPacket, "messages sent");
    assert.equal(many.slots, few.slots, "slots");
    assert.ok(many.chunkKib - few.chunkKib <= MAX_CHUNK_KIB, `${many.chunkKib - few.chunkKib} KiB of chunks`);
  });
}

test(`no allocation on XS for ${PACKETS} packets: flood of garbage`, async () => {
  const name = "flood of garbage";
  await begin(name);
  const few = await receive(name, 16);
  const many = await receive(name, PACKETS);
  assert.ok((many.value as number) > PACKETS / 10, "some of it is answered");
  assert.equal(many.slots, few.slots, "slots");
  assert.ok(many.chunkKib - few.chunkKib <= MAX_CHUNK_KIB, `${many.chunkKib - few.chunkKib} KiB of chunks`);
});

for (const name of ["flood of requests for a missing file", "accepted requests"]) {
  test(`a request allocates only its name on XS: ${name}`, async () => {
    await begin(name);
    const few = await receive(name, 1);
    const many = await receive(name, 1 + REQUESTS);
    const slots = (many.slots - few.slots) / REQUESTS;
    const chunkBytes = ((many.chunkKib - few.chunkKib) * 1024) / REQUESTS;
    assert.ok(slots <= MAX_REQUEST_SLOTS, `${slots} slots for a request`);
    assert.ok(chunkBytes <= MAX_REQUEST_CHUNK_BYTES, `${chunkBytes} bytes of chunks for a request`);
  });
}

test("the meter counts a single view per packet", async () => {
  const name = "a storage that wastes";
  await begin(name);
  const few = await receive(name, 1);
  const many = await receive(name, 1001);
  assert.equal(many.slots - few.slots, 4 * 1000);
});
