/** The names that the simulator exports, which its users may rely on: the list changes on purpose only. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../../support/program.js";

const VALUES = [
  "CheckedStorage",
  "CiscoPhone",
  "Edk2",
  "FaultyStorage",
  "GetClient",
  "Grub",
  "IPxe",
  "MemoryStorage",
  "PacketLog",
  "PutClient",
  "RaspberryPiRom",
  "RuleViolation",
  "SeededRandom",
  "SimulatedClient",
  "SimulatedNetwork",
  "SimulatedPeer",
  "SimulatedServer",
  "Simulation",
  "SimulationFailure",
  "Troublemaker",
  "UBoot",
  "VirtualClock",
  "VirtualTimer",
  "WireChecker",
  "acknowledgement",
  "bytesOf",
  "dataMessage",
  "decodeNetascii",
  "describeMessage",
  "encodeNetascii",
  "equalBytes",
  "errorMessage",
  "numberOf",
  "opcodeOf",
  "optionAcknowledgement",
  "optionsOf",
  "packetOf",
  "payloadOf",
  "raspberryPiProbes",
  "readRequest",
  "runScenario",
  "scenarioOf",
  "textFields",
  "textOf",
  "textsOf",
  "utf8Of",
  "writeRequest",
];

const TYPES = [
  "CheckedLimits",
  "CiscoPhoneOptions",
  "ClockJump",
  "ContentPlan",
  "Culprit",
  "EngineState",
  "GetClientOptions",
  "GrowingBytes",
  "GrubOptions",
  "IPxeOptions",
  "LossBurst",
  "MemoryStorageOptions",
  "NetworkConditions",
  "NetworkPartition",
  "OpenedFile",
  "OptionTexts",
  "PeerKind",
  "PeerPlan",
  "PeerState",
  "PutClientOptions",
  "ReceiveDatagram",
  "Scenario",
  "ScenarioSummary",
  "SimulatedClientOptions",
  "SimulatedDatagram",
  "SimulatedPeerOptions",
  "SimulatedServerOptions",
  "SimulatedWorld",
  "SimulationOptions",
  "StallMachine",
  "StorageFaults",
  "TransferMode",
  "TroublemakerOptions",
];

test("lockstep-tftp/simulated exports exactly these values", async () => {
  assert.deepEqual(Object.keys(await import("lockstep-tftp/simulated")).sort(), VALUES);
});

test("lockstep-tftp/simulated declares exactly these values and types", () => {
  const declarations = readFileSync(path.join(PROJECT, "dist/simulated/index.d.ts"), "utf8");
  const lists = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, names = ""]) => names);
  const exported = lists.flatMap((names) => names.split(",").map((name) => name.trim()));
  assert.deepEqual(exported.sort(), [...VALUES, ...TYPES].sort());
});
