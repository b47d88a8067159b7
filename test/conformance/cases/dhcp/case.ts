import type { DhcpOptions } from "lockstep-tftp/dhcp";
import { DhcpHarness, type DhcpHarnessSetting, SERVER } from "../../../support/dhcp-harness.js";
import { quad } from "../../../support/dhcp-message.js";

/** A case of DHCP that must hold on every JavaScript engine and over sockets. `run` rejects if it does not. */
export interface DhcpCase {
  /** Begins with the source: an RFC and its section, or a page and its topic. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const DISCOVER = 1;
export const OFFER = 2;
export const REQUEST = 3;
export const DECLINE = 4;
export const ACK = 5;
export const NAK = 6;
export const RELEASE = 7;
export const INFORM = 8;

/** Addresses of the range that {@link DhcpHarness} serves, and one beside it. */
export const FIRST = "192.168.88.100";
export const SECOND = "192.168.88.101";
export const THIRD = "192.168.88.102";
export const FOURTH = "192.168.88.103";
export const BESIDE = "192.168.88.20";
/** Another server of the network, and one that is heard from another network. */
export const OTHER_SERVER = "192.168.88.9";
export const FOREIGN_SERVER = "10.9.9.9";

export const FROM_SERVER = [54, quad(SERVER)] as const;

/** Option 50. */
export function requested(address: string) {
  return [50, quad(address)] as const;
}

export function dhcpCase(
  name: string,
  body: (harness: DhcpHarness) => Promise<void>,
  options: Partial<DhcpOptions> = {},
  setting: DhcpHarnessSetting = {},
): DhcpCase {
  return { name, run: () => body(new DhcpHarness(options, setting)) };
}
