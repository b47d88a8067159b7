/** All cases of DHCP and BOOTP: each runs on every JavaScript engine, and over sockets. */
import { bootCases } from "./boot.js";
import { bootpCases } from "./bootp.js";
import type { DhcpCase } from "./case.js";
import { exchangeCases } from "./exchange.js";
import { leaseCases } from "./leases.js";
import { optionCases } from "./options.js";
import { otherServerCases } from "./other-servers.js";

export type { DhcpCase } from "./case.js";

export const dhcpCases: readonly DhcpCase[] = [
  ...exchangeCases,
  ...bootpCases,
  ...optionCases,
  ...bootCases,
  ...leaseCases,
  ...otherServerCases,
];
