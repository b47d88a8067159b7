/**
 * `npm run throughput`: makes the golden file of throughput against loss and round trip anew. The difference is the effect
 * of a change of the retransmission, and is committed with it.
 */
import { spawnSync } from "node:child_process";

const { status } = spawnSync(process.execPath, ["scripts/test.js", "simulated/throughput"], {
  stdio: "inherit",
  env: { ...process.env, UPDATE_GOLDEN_FILES: "1" },
});
process.exit(status ?? 1);
