/** Size budgets of the engine. One that is exceeded is either met or raised here on purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BoardModule,
  boardModules,
  boardServerSlots,
  fileSizes,
  moduleSize,
  type PoolSize,
  perTransfer,
  poolSizes,
} from "./support/sizes.js";

const MAX_MINIFIED_BYTES = 26_606;
/**
 * The worker's byte code has identifiers of 4 bytes, a board's has 2. The search for line ends of netascii takes 320 bytes, what
 * a transfer learns from needless repeats 760, an upload that its storage completes later 330.
 */
const MAX_CODE_BYTES = 24_368;
/** Functions, classes and constants. Preloaded, they are in flash; otherwise each slot takes 16 bytes of RAM. */
const MAX_MODULE_SLOTS = 1991;
/** The engine's default. A fifth of the slots that the SDK gives to an app suffices for them. */
const BOARD_TRANSFERS = 8;
const MAX_BOARD_SLOTS = 333;
const MAX_BOARD_BYTES = 6312;
const MAX_TRANSFER_SLOTS = 27;
/** Includes its entries in the pool, the schedule and the table of peers. */
const MAX_TRANSFER_BOARD_BYTES = 480;

/** Byte code of a board's other modules: the measured size, rounded up, so that growth is a decision. */
const MAX_MODULE_CODE_BYTES: Readonly<Record<BoardModule["name"], number>> = {
  // Views that show addresses as texts take 600, reasons of refusals 240, and in the storages 320. A timer that knows its owner
  // takes 200, and saves five slots of each board's memory.
  server: 11_960,
  storage: 6830,
  client: 10_140,
  // Names of settings, and the search for one that is nearly right, take 1,030.
  firmware: 9880,
  // Pages, folders, search and orders of the list of files take 3,120.
  "status-page": 30_440,
  templates: 9580,
  "dhcp-server": 6560,
  // With sockets, clock and timer of DHCP, so that the firmware needs no `dhcp-server`.
  "firmware-dhcp": 10_430,
};
/** The board's server with its storage and log. The manifest of the firmware reserves 1,536 slots for all. */
const MAX_SERVER_SLOTS = 501;
/** Each download has a socket, an open file and its guard, besides the engine's slots, which are there at rest. */
const MAX_BUSY_SERVER_SLOTS = 686;

test(`the engine, minified, has at most ${MAX_MINIFIED_BYTES} bytes`, () => {
  const { minifiedBytes } = fileSizes();
  assert.ok(minifiedBytes <= MAX_MINIFIED_BYTES, `${minifiedBytes} bytes`);
});

test("the engine's byte code and module slots are within their budgets", async () => {
  const { codeBytes, slots } = await moduleSize();
  assert.ok(codeBytes <= MAX_CODE_BYTES, `${codeBytes} bytes of byte code`);
  assert.ok(slots <= MAX_MODULE_SLOTS, `${slots} slots`);
});

test("heap of engines with 1, 8 and 32 transfers", async (t) => {
  const pools = await poolSizes();

  await t.test(`an engine with ${BOARD_TRANSFERS} transfers takes at most ${MAX_BOARD_SLOTS} slots on a board`, () => {
    const { slots, boardBytes } = pools.find(({ transfers }) => transfers === BOARD_TRANSFERS) as PoolSize;
    assert.ok(slots <= MAX_BOARD_SLOTS, `${slots} slots`);
    assert.ok(boardBytes <= MAX_BOARD_BYTES, `${boardBytes} bytes`);
  });

  await t.test(`another transfer takes at most ${MAX_TRANSFER_SLOTS} slots`, () => {
    const slots = perTransfer(pools, "slots");
    assert.ok(slots <= MAX_TRANSFER_SLOTS, `${slots} slots`);
    const boardBytes = perTransfer(pools, "boardBytes");
    assert.ok(boardBytes <= MAX_TRANSFER_BOARD_BYTES, `${boardBytes} bytes`);
  });

  await t.test("another transfer takes no buffer", () => {
    const [one, ...others] = pools.map(({ dataBytes }) => dataBytes);
    for (const dataBytes of others) {
      assert.equal(dataBytes, one);
    }
  });
});

test("the byte code of each module of a board is within its budget", async (t) => {
  for (const { name, codeBytes } of await boardModules()) {
    await t.test(`${name} has at most ${MAX_MODULE_CODE_BYTES[name]} bytes`, () => {
      assert.ok(codeBytes <= MAX_MODULE_CODE_BYTES[name], `${codeBytes} bytes`);
    });
  }
});

test("a board's server takes few slots, at rest and with eight downloads", async () => {
  const { atRest, busy } = await boardServerSlots();
  assert.ok(atRest <= MAX_SERVER_SLOTS, `${atRest} slots at rest`);
  assert.ok(busy <= MAX_BUSY_SERVER_SLOTS, `${busy} slots with eight downloads`);
});
