/** Thousands of simulated worlds, with every check on. `npm run simulate -- --seeds N --from S` runs more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario, scenarioOf } from "lockstep-tftp/simulated";

const SEEDS = 3000;
const SHARDS = 6;

for (let shard = 0; shard < SHARDS; shard++) {
  const first = 1 + (shard * SEEDS) / SHARDS;
  const last = first + SEEDS / SHARDS - 1;
  test(`no rule is broken in the scenarios of seeds ${first} to ${last}`, () => {
    let transfers = 0;
    for (let seed = first; seed <= last; seed++) {
      transfers += runScenario(scenarioOf(seed)).transfers;
    }
    assert.ok(transfers > 2 * (last - first), `only ${transfers} transfers`);
  });
}
