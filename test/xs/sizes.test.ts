/** How large the engine may become. A budget that is exceeded is either kept, or raised here on purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileSizes, moduleSize, type PoolSize, perTransfer, poolSizes } from "./support/sizes.js";

const KIB = 1024;

const MINIFIED_BYTES_MAX = 24 * KIB;
/** The worker's byte code has identifiers of 4 bytes; that of a board has 2. */
const CODE_BYTES_MAX = 24 * KIB;
/** Functions, classes and constants. Preloaded they stand in flash; without that they take 16 bytes of RAM each. */
const MODULE_SLOTS_MAX = 2260;
/** As many transfers as an engine has by default: half of the slots that the SDK gives to an app is enough for them. */
const BOARD_TRANSFERS = 8;
const BOARD_BYTES_MAX = 16 * KIB;
const TRANSFER_SLOTS_MAX = 27;
/** With its place in the pool, in the schedule and in the table of peers. */
const TRANSFER_BOARD_BYTES_MAX = 500;

test(`the engine has ${MINIFIED_BYTES_MAX} bytes at the most when it is minified`, () => {
  const { minifiedBytes } = fileSizes();
  assert.ok(minifiedBytes <= MINIFIED_BYTES_MAX, `${minifiedBytes} bytes`);
});

test("byte code and module keep within their budget", async () => {
  const { codeBytes, slots } = await moduleSize();
  assert.ok(codeBytes <= CODE_BYTES_MAX, `${codeBytes} bytes of byte code`);
  assert.ok(slots <= MODULE_SLOTS_MAX, `${slots} slots`);
});

test("the heap of engines with 1, 8 and 32 transfers", async (t) => {
  const pools = await poolSizes();

  await t.test(`${BOARD_TRANSFERS} transfers fit ${BOARD_BYTES_MAX} bytes on a board`, () => {
    const { boardBytes } = pools.find(({ transfers }) => transfers === BOARD_TRANSFERS) as PoolSize;
    assert.ok(boardBytes <= BOARD_BYTES_MAX, `${boardBytes} bytes`);
  });

  await t.test(`a further transfer takes ${TRANSFER_SLOTS_MAX} slots`, () => {
    const slots = perTransfer(pools, "slots");
    assert.ok(slots <= TRANSFER_SLOTS_MAX, `${slots} slots`);
    const boardBytes = perTransfer(pools, "boardBytes");
    assert.ok(boardBytes <= TRANSFER_BOARD_BYTES_MAX, `${boardBytes} bytes`);
  });

  await t.test("a further transfer takes no buffer", () => {
    const [one, ...others] = pools.map(({ dataBytes }) => dataBytes);
    for (const dataBytes of others) {
      assert.equal(dataBytes, one);
    }
  });
});
