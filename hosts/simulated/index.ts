/**
 * A simulated network for tests of a storage, a host or the engine itself. It uses no API of any platform.
 */

export type { Later, LaterStorage, LaterWritableFile } from "../common/later/later-storage.js";
export type { CheckedLimits, EngineState } from "./checks/check-context.js";
export { CheckedStorage, type OpenedFile } from "./checks/checked-storage.js";
export { type Culprit, RuleViolation } from "./checks/violation.js";
export { WireChecker } from "./checks/wire-checker.js";
export type { DevicePlan, Habit } from "./dhcp/dhcp-device.js";
export { type DhcpSummary, runDhcpScenario } from "./dhcp/dhcp-run.js";
export { type DhcpScenario, dhcpScenarioOf } from "./dhcp/dhcp-scenario.js";
export type { SimulatedDatagram } from "./network/datagram.js";
export {
  type LossBurst,
  type NetworkConditions,
  type NetworkPartition,
  type ReceiveDatagram,
  SimulatedNetwork,
} from "./network/network.js";
export { PacketLog } from "./network/packet-log.js";
export { SeededRandom } from "./network/seeded-random.js";
export { VirtualClock, VirtualTimer } from "./network/virtual-clock.js";
export { CiscoPhone, type CiscoPhoneOptions } from "./peers/cisco-phone.js";
export { SimulatedClient, type SimulatedClientOptions } from "./peers/client.js";
export { Edk2 } from "./peers/edk2.js";
export { GetClient, type GetClientOptions } from "./peers/get-client.js";
export { Grub, type GrubOptions } from "./peers/grub.js";
export { IPxe, type IPxeOptions } from "./peers/ipxe.js";
export { type PeerState, SimulatedPeer, type SimulatedPeerOptions, type SimulatedWorld } from "./peers/peer.js";
export { PutClient, type PutClientOptions } from "./peers/put-client.js";
export { RaspberryPiRom, raspberryPiProbes } from "./peers/raspberry-pi.js";
export { Troublemaker, type TroublemakerOptions } from "./peers/troublemaker.js";
export { UBoot } from "./peers/u-boot.js";
export type { ClockJump, ContentPlan, PeerKind, PeerPlan, Scenario } from "./scenarios/scenario.js";
export { scenarioOf } from "./scenarios/scenario-of.js";
export { runScenario, type ScenarioSummary } from "./scenarios/scenario-run.js";
export { SimulatedServer, type SimulatedServerOptions } from "./simulated-server.js";
export { Simulation, SimulationFailure, type SimulationOptions } from "./simulation.js";
export { FaultyStorage, type StallMachine, type StorageFaults } from "./storage/faulty-storage.js";
export { MemoryStorage, type MemoryStorageOptions } from "./storage/memory-storage.js";
export { bytesOf, equalBytes, type GrowingBytes, textOf, utf8Of } from "./wire/bytes.js";
export {
  addressBytes,
  addressNumber,
  addressText,
  DhcpMessage,
  type DhcpMessageFields,
  type DhcpOptionList,
  describeDhcpMessage,
  dhcpMessage,
  readDhcpMessage,
} from "./wire/dhcp-messages.js";
export {
  acknowledgement,
  dataMessage,
  describeMessage,
  errorMessage,
  numberOf,
  type OptionTexts,
  opcodeOf,
  optionAcknowledgement,
  optionsOf,
  packetOf,
  payloadOf,
  readRequest,
  type TransferMode,
  textFields,
  textsOf,
  writeRequest,
} from "./wire/messages.js";
export { decodeNetascii, encodeNetascii } from "./wire/netascii.js";
