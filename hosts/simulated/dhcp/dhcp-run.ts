/** Runs a scenario of DHCP, and checks afterwards that every device could boot. */
import type { DhcpOptions } from "../../../src/dhcp/index.js";
import { RuleViolation, violated } from "../checks/violation.js";
import { SimulatedNetwork } from "../network/network.js";
import { PacketLog } from "../network/packet-log.js";
import { SeededRandom } from "../network/seeded-random.js";
import { US_PER_MS, VirtualClock } from "../network/virtual-clock.js";
import { SimulationFailure } from "../simulation.js";
import { addressNumber, addressText, describeDhcpMessage } from "../wire/dhcp-messages.js";
import { BIOS_LOADER, PI_LOADER, SCRIPT, UEFI_LOADER } from "./client-models.js";
import { clientOf } from "./dhcp-checker.js";
import { type DevicePlan, DhcpDevice, hardwareOf } from "./dhcp-device.js";
import { DhcpMachine } from "./dhcp-machine.js";
import { type DhcpScenario, RUN_MS } from "./dhcp-scenario.js";
import { RelayAgent } from "./relay-agent.js";
import { RivalServer } from "./rival-server.js";
import { Segment, type Station } from "./segment.js";

const SERVER = "192.168.88.1";
const FIRST = "192.168.88.100";
const LOG_ENTRIES = 400;
/** The server asks for others each minute; some questions and answers are lost. */
const RIVAL_FOUND_MS = 400_000;
const GARBAGE_EVERY_MS = 1000;
/** With more, a device may not have its address when it leaves. */
const MAX_EXCUSED_LOSS_PERCENT = 10;
/** RFC 1700. */
const ETHERNET = 1;

/** Figures of a run. */
export interface DhcpSummary {
  /** Answers of the engine, all checked. */
  readonly answers: number;
  /** Devices that had an address and what they need. */
  readonly booted: number;
  /** Datagrams that were sent, a broadcast counted once for each receiver. */
  readonly datagrams: number;
  /** Datagrams that did not arrive. */
  readonly lost: number;
  /** Digest of all packets: the same for the same seed. */
  readonly digest: number;
}

/**
 * Runs a scenario of DHCP for a quarter of an hour of virtual time.
 *
 * @throws SimulationFailure with the broken rule, the seed and the packets.
 */
export function runDhcpScenario(scenario: DhcpScenario): DhcpSummary {
  const run = new DhcpRun(scenario);
  try {
    return run.toEnd();
  } catch (error) {
    throw error instanceof RuleViolation ? run.failure(error) : error;
  }
}

class DhcpRun {
  private readonly clock = new VirtualClock();
  private readonly log = new PacketLog(LOG_ENTRIES, describeDhcpMessage);
  private readonly random: SeededRandom;
  private readonly network: SimulatedNetwork;
  private readonly segment: Segment;
  private readonly server: DhcpMachine;
  private readonly devices: readonly DhcpDevice[];

  constructor(private readonly scenario: DhcpScenario) {
    this.random = new SeededRandom(scenario.seed).fork();
    this.network = new SimulatedNetwork(this.clock, this.random.fork(), scenario.network, this.log);
    this.segment = new Segment(this.network);
    const { addresses, leaseSeconds, probes } = scenario;
    const first = addressNumber(FIRST);
    const checked = {
      address: SERVER,
      addresses: new Set(Array.from({ length: addresses }, (_, index) => addressText(first + index))),
      leaseSeconds,
      fixed: new Map(scenario.devices.flatMap(fixedEntry)),
      setOptions: new Set<number>(),
    };
    const lossPercent = scenario.network.lossPercent ?? 0;
    const losesProbe = (): boolean => this.random.chance(lossPercent);
    this.server = new DhcpMachine(this.clock, this.segment, optionsOf(scenario), checked, probes, losesProbe);
    this.devices = scenario.devices.map((plan) => new DhcpDevice(this.clock, this.segment, this.random.fork(), plan));
    this.plan();
  }

  toEnd(): DhcpSummary {
    const { clock, devices, network, server } = this;
    while (clock.nextAtUs <= RUN_MS * US_PER_MS && clock.step()) {
      // The checker looks at each message.
    }
    this.checkRival();
    this.checkFixed();
    if (this.scenario.isGentle) {
      devices.forEach(checkDevice);
    }
    return {
      answers: server.checker.answers,
      booted: devices.filter(({ addresses, lacked }) => addresses.size > 0 && lacked === "").length,
      datagrams: network.datagrams,
      lost: network.lost,
      digest: this.log.digest,
    };
  }

  failure({ message, culprit }: RuleViolation): SimulationFailure {
    const what = `${message}\nThe scenario: ${JSON.stringify(this.scenario)}`;
    return new SimulationFailure(what, culprit, this.scenario.seed, this.clock.nowUs / US_PER_MS, this.log.toString());
  }

  private plan(): void {
    const { scenario, server } = this;
    this.at(0, () => server.start());
    if (scenario.hasSquatter) {
      const squatter: Station = { name: "squatter", ports: [], address: FIRST, receive() {} };
      this.segment.add(squatter);
    }
    if (scenario.hasRelay === true) {
      new RelayAgent(this.segment, SERVER);
    }
    if (scenario.rivalAtMs !== undefined) {
      this.at(scenario.rivalAtMs, () => new RivalServer(this.segment));
    }
    for (const { atMs, byMs } of scenario.clockJumps) {
      this.at(atMs, () => {
        this.log.note(this.clock.nowUs, `the server's clock jumps by ${byMs} ms`);
        server.jumpClock(byMs);
      });
    }
    if (scenario.stop !== undefined) {
      const { atMs, forMs } = scenario.stop;
      this.at(atMs, () => server.stop());
      this.at(atMs + forMs, () => server.start());
    }
    for (let count = 0; count < scenario.garbage; count++) {
      this.at(count * GARBAGE_EVERY_MS, () => server.receive(this.random.bytes(this.random.below(600))));
    }
  }

  private at(timeMs: number, action: () => void): void {
    this.clock.at(timeMs * US_PER_MS, action);
  }

  /** A device gets the address that is kept for it, however full the range is, unless more goes wrong than some loss. */
  private checkFixed(): void {
    const { network, rivalAtMs, clockJumps, stop, hasSquatter } = this.scenario;
    const isCalm = rivalAtMs === undefined && stop === undefined && clockJumps.length === 0 && !hasSquatter;
    if (!isCalm || network.corruptPercent !== undefined || (network.lossPercent ?? 0) > MAX_EXCUSED_LOSS_PERCENT) {
      return;
    }
    for (const { name, plan, addresses } of this.devices) {
      if (plan.fixedAddress !== undefined && [...addresses].join() !== plan.fixedAddress) {
        violated(`${name} had ${[...addresses].join() || "no address"} in place of ${plan.fixedAddress}`);
      }
    }
  }

  /** Another server is found in time, unless the network damages what it says. */
  private checkRival(): void {
    const { rivalAtMs, network, clockJumps, stop } = this.scenario;
    const isClear = network.corruptPercent === undefined && clockJumps.length === 0 && stop === undefined;
    if (rivalAtMs !== undefined && isClear && rivalAtMs + RIVAL_FOUND_MS < RUN_MS && this.server.isServing) {
      violated("the server still serves beside another one");
    }
  }
}

function checkDevice({ name, addresses, lacked, model, state }: DhcpDevice): void {
  if (addresses.size !== 1) {
    violated(`${name} had ${addresses.size} addresses: ${[...addresses].join(", ")}; it is ${state}`);
  }
  if (lacked !== "") {
    violated(`${name} lacked ${lacked}`);
  }
  if (model.next !== undefined) {
    violated(`${name} did not get past ${model.name}`);
  }
}

function fixedEntry(plan: DevicePlan): [client: string, address: string][] {
  const client = clientOf({ hardwareType: ETHERNET, hardware: hardwareOf(plan) });
  return plan.fixedAddress === undefined ? [] : [[client, plan.fixedAddress]];
}

function optionsOf({ addresses, leaseSeconds, seed, devices }: DhcpScenario): DhcpOptions {
  const first = addressNumber(FIRST);
  return {
    address: addressNumber(SERVER),
    netmask: addressNumber("255.255.255.0"),
    rangeStart: first,
    rangeEnd: first + addresses - 1,
    leaseSeconds,
    fixed: devices.flatMap((plan) =>
      plan.fixedAddress === undefined
        ? []
        : [{ hardwareAddress: hardwareOf(plan), address: addressNumber(plan.fixedAddress) }],
    ),
    boot: [
      { userClass: "iPXE", file: SCRIPT },
      { vendorClass: "PXEClient", hardwareAddress: [0xb8, 0x27, 0xeb], file: PI_LOADER },
      { vendorClass: "PXEClient", architectures: [7, 9], file: UEFI_LOADER },
      { vendorClass: "PXEClient", file: BIOS_LOADER },
      { file: "config/{mac}-{address}" },
    ],
    transactionId: seed,
  };
}
