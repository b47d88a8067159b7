/**
 * A simulated network for tests: ours, and those of whoever builds upon the engine. Uses nothing of any platform.
 */

export { CheckedStorage, type OpenedFile } from "./checks/checked-storage.js";
export { Violation } from "./checks/violation.js";
export { type CheckedLimits, type EngineState, WireChecker } from "./checks/wire-checker.js";
export {
  type Burst,
  type Datagram,
  Network,
  type NetworkConditions,
  type Partition,
  type Receive,
} from "./network/network.js";
export { PacketLog } from "./network/packet-log.js";
export { Random } from "./network/seeded-random.js";
export { Timer, VirtualClock } from "./network/virtual-clock.js";
export { CiscoPhone, type CiscoPhoneOptions } from "./peers/cisco-phone.js";
export { Client, type ClientOptions } from "./peers/client.js";
export { Edk2 } from "./peers/edk2.js";
export { GetClient, type GetOptions } from "./peers/get-client.js";
export { Grub, type GrubOptions } from "./peers/grub.js";
export { IPxe, type IPxeOptions } from "./peers/ipxe.js";
export { Peer, type PeerOptions, type PeerState, type World } from "./peers/peer.js";
export { PutClient, type PutOptions } from "./peers/put-client.js";
export { RaspberryPiRom, raspberryPiProbes } from "./peers/raspberry-pi.js";
export { Troublemaker, type TroublemakerOptions } from "./peers/troublemaker.js";
export { UBoot } from "./peers/u-boot.js";
export {
  type ClockJump,
  type ContentPlan,
  type PeerKind,
  type PeerPlan,
  type Scenario,
  scenarioOf,
} from "./scenarios/scenario.js";
export { contentOf, runScenario, type ScenarioSummary } from "./scenarios/scenario-run.js";
export { SimulatedServer, type SimulatedServerOptions } from "./simulated-server.js";
export { Simulation, SimulationFailure, type SimulationOptions } from "./simulation.js";
export { FaultyStorage, type Stall, type StorageFaults } from "./storage/faulty-storage.js";
export { MemoryStorage, type MemoryStorageOptions } from "./storage/memory-storage.js";
export { bytesOf, equalBytes, type GrowingBytes, textOf } from "./wire/bytes.js";
export * from "./wire/messages.js";
export { decodeNetascii, encodeNetascii } from "./wire/netascii.js";
