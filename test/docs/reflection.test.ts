/** The figures of docs/security.md: what forged datagrams cost an attacker, and what they bring a victim. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { acknowledgement, type OptionTexts, readRequest } from "lockstep-tftp/simulated";
import { contents } from "../support/contents.js";
import { Harness } from "../support/engine-harness.js";
import { PROJECT } from "../support/program.js";

/** Options that bring the most. With `timeout` 1 messages are repeated most often. */
const WORST: OptionTexts = ["timeout", "1", "windowsize", "65535"];

interface Attack {
  readonly what: string;
  readonly options: OptionTexts;
  readonly isAcknowledged: boolean;
  readonly singlePort: boolean;
  /** Default: the engine's. */
  readonly maxWindowSize?: number;
}

const ATTACKS: readonly Attack[] = [
  { what: "a request", options: [], isAcknowledged: false, singlePort: false },
  { what: "a request", options: [], isAcknowledged: false, singlePort: true },
  { what: "a request with options", options: WORST, isAcknowledged: false, singlePort: false },
  { what: "a request with options", options: WORST, isAcknowledged: false, singlePort: true },
  { what: "a request with options, and an ACK", options: WORST, isAcknowledged: true, singlePort: true },
  { what: "the same, if the port were guessed", options: WORST, isAcknowledged: true, singlePort: false },
  {
    what: "the same, with windows of 64 blocks",
    options: WORST,
    isAcknowledged: true,
    singlePort: false,
    maxWindowSize: 64,
  },
];

/** Attacks a server with its default settings; returns the cells of the table: packets and bytes of UDP's payload. */
function rowOf({ what, options, isAcknowledged, singlePort, maxWindowSize }: Attack): string[] {
  const harness = new Harness({ singlePort, ...(maxWindowSize === undefined ? {} : { maxWindowSize }) });
  harness.file("file", contents(100_000));
  const victim = harness.peer();
  const sent = [readRequest("file", options), ...(isAcknowledged ? [acknowledgement(0)] : [])];
  victim.read("file", options);
  if (isAcknowledged) {
    victim.acknowledge(0);
  }
  while (harness.server.running > 0) {
    harness.pollNext();
  }
  return [what, singlePort ? "single" : "of its own", ...countOf(sent), ...countOf(victim.receiveAll())];
}

function countOf(packets: readonly Uint8Array[]): string[] {
  const bytes = packets.reduce((sum, { length }) => sum + length, 0);
  return [String(packets.length), bytes.toLocaleString("en")];
}

test("docs/security.md has the figures of forged requests and ACKs", () => {
  const page = readFileSync(path.join(PROJECT, "docs/security.md"), "utf8");
  const rows = page.split("\n").map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .join("|"),
  );
  for (const attack of ATTACKS) {
    const row = `|${rowOf(attack).join("|")}|`;
    assert.ok(rows.includes(row), `the page lacks the row ${row}`);
  }
});
