/** How large the engine may become. A budget that is exceeded is either kept, or raised here on purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileSizes, moduleSize, type PoolSize, perTransfer, poolSizes } from "./support/sizes.js";

const KIB = 1024;

const MAX_MINIFIED_BYTES = 24 * KIB;
/** The worker's byte code has identifiers of 4 bytes; that of a board has 2. */
const MAX_CODE_BYTES = 24 * KIB;
/** Functions, classes and constants. Preloaded they stand in flash; without that they take 16 bytes of RAM each. */
const MAX_MODULE_SLOTS = 2260;
/** As many transfers as an engine has by default: half of the slots that the SDK gives to an app is enough for them. */
const BOARD_TRANSFERS = 8;
const MAX_BOARD_BYTES = 16 * KIB;
const MAX_TRANSFER_SLOTS = 27;
/** With its place in the pool, in the schedule and in the table of peers. */
const MAX_TRANSFER_BOARD_BYTES = 500;

test(`the engine has ${MAX_MINIFIED_BYTES} bytes at the most when it is minified`, () => {
  const { minifiedBytes } = fileSizes();
  assert.ok(minifiedBytes <= MAX_MINIFIED_BYTES, `${minifiedBytes} bytes`);
});

test("byte code and module keep within their budget", async () => {
  const { codeBytes, slots } = await moduleSize();
  assert.ok(codeBytes <= MAX_CODE_BYTES, `${codeBytes} bytes of byte code`);
  assert.ok(slots <= MAX_MODULE_SLOTS, `${slots} slots`);
});

test("the heap of engines with 1, 8 and 32 transfers", async (t) => {
  const pools = await poolSizes();

  await t.test(`${BOARD_TRANSFERS} transfers fit ${MAX_BOARD_BYTES} bytes on a board`, () => {
    const { boardBytes } = pools.find(({ transfers }) => transfers === BOARD_TRANSFERS) as PoolSize;
    assert.ok(boardBytes <= MAX_BOARD_BYTES, `${boardBytes} bytes`);
  });

  await t.test(`a further transfer takes ${MAX_TRANSFER_SLOTS} slots`, () => {
    const slots = perTransfer(pools, "slots");
    assert.ok(slots <= MAX_TRANSFER_SLOTS, `${slots} slots`);
    const boardBytes = perTransfer(pools, "boardBytes");
    assert.ok(boardBytes <= MAX_TRANSFER_BOARD_BYTES, `${boardBytes} bytes`);
  });

  await t.test("a further transfer takes no buffer", () => {
    const [one, ...others] = pools.map(({ dataBytes }) => dataBytes);
    for (const dataBytes of others) {
      assert.equal(dataBytes, one);
    }
  });
});
