import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { throughputTables } from "./throughput-table.js";

const GOLDEN_FILE = "test/hosts/simulated/throughput.golden.md";

test("throughput against loss and round trip is that of the golden file", () => {
  const tables = throughputTables();
  const { UPDATE_GOLDEN_FILES } = process.env;
  if (UPDATE_GOLDEN_FILES === "1") {
    writeFileSync(GOLDEN_FILE, tables);
  }
  assert.equal(tables, readFileSync(GOLDEN_FILE, "utf8"), "after an intended change: npm run throughput");
});
