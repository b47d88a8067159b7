/**
 * A simulated network for tests: ours, and those of whoever builds upon the engine. Uses nothing of any platform.
 */
export { bytesOf, equalBytes, type GrowingBytes, textOf } from "./bytes.js";
export { CheckedStorage, type OpenedFile } from "./checked-storage.js";
export { FaultyStorage, type Stall, type StorageFaults } from "./faulty-storage.js";
export { MemoryStorage, type MemoryStorageOptions } from "./memory-storage.js";
export * from "./messages.js";
export { decodeNetascii, encodeNetascii } from "./netascii.js";
export { type Burst, type Datagram, Network, type NetworkConditions, type Partition, type Receive } from "./network.js";
export { PacketLog } from "./packet-log.js";
export { Peer, type PeerOptions, type PeerState, type World } from "./peer.js";
export { CiscoPhone, type CiscoPhoneOptions } from "./peers/cisco-phone.js";
export { Client, type ClientOptions } from "./peers/client.js";
export { Edk2 } from "./peers/edk2.js";
export { GetClient, type GetOptions } from "./peers/get-client.js";
export { Grub, type GrubOptions } from "./peers/grub.js";
export { IPxe, type IPxeOptions } from "./peers/ipxe.js";
export { PutClient, type PutOptions } from "./peers/put-client.js";
export { RaspberryPiRom, raspberryPiProbes } from "./peers/raspberry-pi.js";
export { Troublemaker, type TroublemakerOptions } from "./peers/troublemaker.js";
export { UBoot } from "./peers/u-boot.js";
export { Random } from "./random.js";
export {
  type ClockJump,
  type ContentPlan,
  type PeerKind,
  type PeerPlan,
  type Scenario,
  scenarioOf,
} from "./scenario.js";
export { contentOf, runScenario, type ScenarioSummary } from "./scenario-run.js";
export { SimulatedServer, type SimulatedServerOptions } from "./simulated-server.js";
export { Simulation, SimulationFailure, type SimulationOptions } from "./simulation.js";
export { Violation } from "./violation.js";
export { Timer, VirtualClock } from "./virtual-clock.js";
export { type CheckedLimits, type EngineState, WireChecker } from "./wire-checker.js";
