/** A DHCP server for Node programs: {@link DhcpServer}. */

export type { DhcpLease } from "../../common/dhcp-lease.js";
export type { DhcpAddressOptions, DhcpBootRule, DhcpFixedAddress } from "../../common/dhcp-options.js";
export type { AddressedClient, AddressSource, BootState } from "../../status/address-source.js";
export { BootWatch, type WatchedClient } from "./boot-watch.js";
export type { DhcpServerOptions } from "./dhcp-options.js";
export { DhcpServer, type DhcpServerEvents } from "./dhcp-server.js";
