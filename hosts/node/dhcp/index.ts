/** A DHCP server for Node programs: {@link DhcpServer}. */

export type { DhcpBootRule, DhcpFixedAddress, DhcpServerOptions } from "./dhcp-options.js";
export { type DhcpLease, DhcpServer, type DhcpServerEvents } from "./dhcp-server.js";
