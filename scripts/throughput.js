/**
 * `npm run throughput`: rewrites the golden file of throughput against loss and round trip. Commit its diff with the change
 * of the retransmission that caused it.
 */
import { spawnSync } from "node:child_process";

const { status } = spawnSync(process.execPath, ["scripts/test.js", "simulated/throughput"], {
  stdio: "inherit",
  env: { ...process.env, UPDATE_GOLDEN_FILES: "1" },
});
process.exit(status ?? 1);
