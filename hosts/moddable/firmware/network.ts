/**
 * Interfaces between the firmware and the parts that differ from board to board. Each kind of board has a module
 * (`lockstep-tftp/board`), whose default export is a class; the manifest chooses.
 */
import type { Settings } from "./settings.js";
import type { Speaker } from "./timers.js";

export interface NetworkListener extends Speaker {
  /** The firmware gives addresses itself, so an access point must have no other DHCP server. */
  readonly givesAddresses: boolean;
  /**
   * The board can be reached at `address`; it may have had the same or another address before.
   *
   * @param netmask of its network; undefined with DHCP, whose netmask the SDK does not tell.
   */
  up(address: string, netmask: string | undefined): void;
  down(): void;
}

/** The parts that differ between boards. */
export interface Board {
  startNetwork(settings: Settings, listener: NetworkListener): void;
  /** Free memory for sockets, packets and files, in bytes. */
  freeMemoryBytes(): number;
}

/** The part of ECMA-419's network interface that the firmware uses. */
export interface NetworkInterface<ConnectOptions> {
  /** State of the connection: 500 with an address, 200 or less without a connection. */
  readonly connection: number;
  readonly address: string | undefined;
  configure(options: { static: { address: string; mask: string; gateway: string } }): void;
  connect(options: ConnectOptions): void;
}

export type NetworkInterfaceConstructor<ConnectOptions> = new (options: {
  onChanged(this: NetworkInterface<ConnectOptions>): void;
}) => NetworkInterface<ConnectOptions>;
