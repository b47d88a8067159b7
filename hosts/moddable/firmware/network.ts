/**
 * Between the firmware and what differs from board to board. Each kind of board has a module (`lockstep-tftp/board`),
 * whose default export is a class; the manifest chooses.
 */
import type { Settings } from "./settings.js";

export interface NetworkListener {
  /**
   * The board can be reached at `address`; perhaps again, perhaps at another address than before.
   *
   * @param netmask of its network, or undefined: the SDK does not tell the one that came by DHCP.
   */
  up(address: string, netmask: string | undefined): void;
  down(): void;
  /** Something that a person should know. */
  say(text: string): void;
}

/** What is different between boards. */
export interface Board {
  startNetwork(settings: Settings, listener: NetworkListener): void;
  /** Memory that is free for sockets, packets and files, in bytes. */
  freeMemoryBytes(): number;
}

/** A network interface of ECMA-419, as far as the firmware uses it. */
export interface NetworkInterface<ConnectOptions> {
  /** How far the connection is: 500 when there is an address, 200 when there is none. */
  readonly connection: number;
  readonly address: string | undefined;
  configure(options: { static: { address: string; mask: string; gateway: string } }): void;
  connect(options: ConnectOptions): void;
}

export type NetworkInterfaceConstructor<ConnectOptions> = new (options: {
  onChanged(this: NetworkInterface<ConnectOptions>): void;
}) => NetworkInterface<ConnectOptions>;
