/** The conformance cases, for XS. */
import { type DhcpCase, dhcpCases } from "../../conformance/cases/dhcp/index.js";

export { cases } from "../../conformance/cases/index.js";
export { dhcpCases };

/** "passed", or why a case of DHCP failed. Its promises are settled when the evaluation that runs it has ended. */
export let dhcpResult = "";

export function runDhcp(index: number): void {
  dhcpResult = "pending";
  (dhcpCases[index] as DhcpCase).run().then(
    () => {
      dhcpResult = "passed";
    },
    (error: Error) => {
      dhcpResult = `${error.stack ?? error}`;
    },
  );
}
