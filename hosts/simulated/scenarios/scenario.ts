/**
 * A scenario: everything that a seed decides about one run, as plain data that a failure can print.
 */
import type { ServerOptions } from "../../../src/index.js";
import type { NetworkConditions, NetworkPartition } from "../network/network.js";
import type { SimulatedClientOptions } from "../peers/client.js";
import type { StorageFaults } from "../storage/faulty-storage.js";

/** A file's content, made from a seed. */
export interface ContentPlan {
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** The same seed and size give the same bytes. */
  readonly seed: number;
  /** Whether the file has many line feeds and carriage returns, for netascii. */
  readonly isText: boolean;
}

/** The models of clients in a scenario. */
export type PeerKind =
  | "get"
  | "put"
  | "u-boot"
  | "ipxe"
  | "ipxe size query"
  | "edk2"
  | "grub"
  | "raspberry pi rom"
  | "raspberry pi probes"
  | "cisco phone"
  | "troublemaker";

/** One peer of a scenario. */
export interface PeerPlan {
  /** The model. */
  readonly kind: PeerKind;
  /** The client's options. */
  readonly options: SimulatedClientOptions;
  /** The file that it uploads. */
  readonly content?: ContentPlan;
  /** It aborts the upload before this block. */
  readonly breaksOffAtBlock?: number;
  /** Time for which it stays to repeat its last ACK, in milliseconds. */
  readonly dallyMs?: number;
}

/** A jump of the server's clock. */
export interface ClockJump {
  /** Time of the jump, in milliseconds of virtual time. */
  readonly atMs: number;
  /** Size of the jump in milliseconds; the clock goes back if it is negative. */
  readonly byMs: number;
}

/** The whole plan of one run. */
export interface Scenario {
  /** The seed that made the scenario. */
  readonly seed: number;
  /** Nothing worse happens than some loss, so every client must succeed. */
  readonly isGentle: boolean;
  /** The server's options. */
  readonly server: ServerOptions;
  /** Conditions of the network. */
  readonly network: NetworkConditions;
  /** Times in which no datagram passes. */
  readonly partitions: readonly NetworkPartition[];
  /** Faults of the storage. */
  readonly faults: StorageFaults;
  /** Room for all files together, in bytes. Absent: no limit. */
  readonly capacityBytes?: number;
  /** Files in the storage at the start, by name. */
  readonly files: Readonly<Record<string, ContentPlan>>;
  /** Jumps of the server's clock. */
  readonly clockJumps: readonly ClockJump[];
  /** Time at which the server is stopped, in milliseconds of virtual time. */
  readonly stopsAtMs?: number;
  /** The clients. */
  readonly peers: readonly PeerPlan[];
}
