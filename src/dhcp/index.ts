/**
 * DHCP and BOOTP without I/O, for a network that has no other server: a host brings a {@link DhcpTransport}, hands datagrams to
 * {@link DhcpEngine.receive}, and calls {@link DhcpEngine.poll} when {@link DhcpEngine.nextAt} says so.
 */
export { NEVER } from "../schedule.js";
export type { BootRule } from "./boot-rules.js";
export { DhcpEngine } from "./engine.js";
export type { DhcpObserver, DhcpTransport, LeaseView } from "./host.js";
export type { FixedAddress } from "./leases.js";
export type { DhcpOptions } from "./settings.js";
export { BROADCAST_ADDRESS, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, MAX_HARDWARE_BYTES, MAX_REPLY_BYTES } from "./wire.js";
