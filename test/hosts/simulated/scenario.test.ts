/**
 * A failing scenario reports everything that reproduces it, and the command ends with an exit code that says so.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { runScenario, type Scenario, SimulationFailure, scenarioOf } from "lockstep-tftp/simulated";

const CLIENT = { address: "192.168.4.2", port: 2000, name: "a" };

/** No client can succeed here, though the scenario says that every client must. */
const IMPOSSIBLE: Scenario = {
  ...scenarioOf(1),
  seed: 4711,
  isGentle: true,
  network: { lossPercent: 100 },
  partitions: [],
  faults: {},
  clockJumps: [],
  peers: [{ kind: "get", options: CLIENT }],
};

test("a failing scenario reports its seed, its plan and its packets", () => {
  assert.throws(
    () => runScenario(IMPOSSIBLE),
    (error: unknown) => {
      assert.ok(error instanceof SimulationFailure);
      assert.match(error.message, /^get at 192\.168\.4\.2 gave up \(no answer\) on a good network\n/);
      assert.match(error.message, /\nScenario \{"seed":4711,.*"lossPercent":100/);
      assert.match(
        error.message,
        /\nCulprit: unknown\. Seed 4711, at \d+ ms\. The packets:\n.* RRQ "a" "octet" {2}\[lost\]/,
      );
      return true;
    },
  );
});

function simulate(...words: string[]) {
  return spawnSync(process.execPath, ["scripts/simulate.js", ...words], { encoding: "utf8" });
}

test("npm run simulate runs the seeds that it is given, and sums up", () => {
  const { status, stdout } = simulate("--seeds", "20", "--from", "7");
  assert.equal(status, 0);
  assert.match(stdout, /20 seeds from 7, \d+ transfers, .*no rule was broken/);
  assert.match(stdout, /Clients by model and end:/);
});

test("npm run simulate explains its options after a wrong one", () => {
  for (const words of [["--seeds", "none"], ["--from", "-1"], ["--what"]]) {
    const { status, stderr } = simulate(...words);
    assert.equal(status, 2);
    assert.match(stderr, /Usage: npm run simulate/);
  }
});
