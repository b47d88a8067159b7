/**
 * Runs any number of simulated scenarios: `npm run simulate -- --seeds 10000 --from 1`. Ends with exit code 1 and the packet
 * log at the first seed that breaks a rule; `--seeds 1 --from SEED` reproduces it. With `--dhcp` the scenarios are of DHCP.
 */
import { parseArgs } from "node:util";
import { outcomeText } from "lockstep-tftp";
import { dhcpScenarioOf, runDhcpScenario, runScenario, SimulationFailure, scenarioOf } from "lockstep-tftp/simulated";

const PROGRESS_EVERY_MS = 2000;
const USAGE = `Usage: npm run simulate -- [--seeds N] [--from S] [--dhcp]
  --seeds N   number of seeds to run, 1 or more (default 1000)
  --from S    the first seed (default 1)
  --dhcp      networks with a DHCP server instead of a TFTP server`;

function wholeNumber(name, text, least) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    console.error(`--${name} is ${text}; expected a whole number, ${least} or more\n${USAGE}`);
    process.exit(2);
  }
  return value;
}

function words() {
  try {
    const options = {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      dhcp: { type: "boolean", default: false },
    };
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

function addAll(totals, counts) {
  for (const [key, count] of counts) {
    totals.set(key, (totals.get(key) ?? 0) + count);
  }
}

function table(totals, nameOf) {
  return [...totals]
    .map(([key, count]) => [nameOf(key), count])
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `  ${name.padEnd(40)}${count.toLocaleString("en").padStart(14)}`)
    .join("\n");
}

const { seeds: seedsText, from: fromText, dhcp } = words();
const seeds = wholeNumber("seeds", seedsText, 1);
const from = wholeNumber("from", fromText, 0);
const totals = dhcp
  ? { answers: 0, booted: 0, datagrams: 0, lost: 0 }
  : { transfers: 0, datagrams: 0, lost: 0, virtualMs: 0 };
const outcomes = new Map();
const peers = new Map();
const startedAt = performance.now();
let toldAt = startedAt;

function tellProgress(done) {
  const seconds = (performance.now() - startedAt) / 1000;
  const what = dhcp
    ? `${totals.answers.toLocaleString("en")} answers`
    : `${totals.transfers.toLocaleString("en")} transfers`;
  const text = `${done.toLocaleString("en")} of ${seeds.toLocaleString("en")} seeds, ${what}, ${Math.round(done / seconds)} seeds/s`;
  process.stderr.write(process.stderr.isTTY ? `\r${text}  ` : `${text}\n`);
}

for (let done = 0; done < seeds; done++) {
  const seed = from + done;
  try {
    const summary = dhcp ? runDhcpScenario(dhcpScenarioOf(seed)) : runScenario(scenarioOf(seed));
    for (const key of Object.keys(totals)) {
      totals[key] += summary[key];
    }
    addAll(outcomes, summary.outcomes ?? []);
    addAll(peers, summary.peers ?? []);
  } catch (error) {
    console.error(`\n${error instanceof SimulationFailure ? error.message : error.stack}`);
    console.error(
      `\nSeed ${seed} failed. To reproduce it: npm run simulate -- --seeds 1 --from ${seed}${dhcp ? " --dhcp" : ""}`,
    );
    process.exit(1);
  }
  if (performance.now() - toldAt > PROGRESS_EVERY_MS) {
    toldAt = performance.now();
    tellProgress(done + 1);
  }
}
tellProgress(seeds);
if (dhcp) {
  const [answers, booted, datagrams, lost] = Object.values(totals).map((count) => count.toLocaleString("en"));
  console.log(
    `\n${answers} answers checked, ${booted} devices booted, ${datagrams} datagrams (${lost} lost); no rule was broken.`,
  );
  process.exit(0);
}
console.log(`
${seeds.toLocaleString("en")} seeds from ${from}, ${totals.transfers.toLocaleString("en")} transfers, ${totals.datagrams.toLocaleString("en")} datagrams (${totals.lost.toLocaleString("en")} lost), ${Math.round(totals.virtualMs / 3_600_000).toLocaleString("en")} hours of virtual time; no rule was broken.
Transfers of the server by outcome:
${table(outcomes, outcomeText)}
Clients by model and end:
${table(peers, String)}`);
