/** Metrics of this host alone: those of DHCP, of rules and of files over HTTP. A board carries no code for them. */
import type { RuleUse } from "../../common/rule-use.js";
import type { AddressSource, BootState } from "../../status/address-source.js";
import { metric, type Sample } from "../../status/metrics.js";
import type { HttpCounts } from "../http/http-counts.js";

/** Each has its series from the start. */
const BOOT_STATES: readonly BootState[] = ["untold", "silent", "elsewhere", "asked", "refused", "fetched"];

export function ownMetrics(
  dhcp: AddressSource | undefined,
  rules: readonly RuleUse[] | undefined,
  http: HttpCounts | undefined,
): string {
  return [...dhcpMetrics(dhcp), ...ruleMetrics(rules), http?.metrics ?? ""].join("");
}

function dhcpMetrics(dhcp: AddressSource | undefined): string[] {
  if (dhcp === undefined) {
    return [];
  }
  const { clients } = dhcp;
  const samples = BOOT_STATES.map(
    (state): Sample => [{ state }, clients.filter((client) => client.state === state).length],
  );
  return [
    metric("dhcp_serving", "gauge", "1 if addresses are given, 0 if not.", [[{}, dhcp.isServing ? 1 : 0]]),
    metric("dhcp_clients", "gauge", "Clients that have an address.", [[{}, clients.length]]),
    metric(
      "dhcp_clients_booting",
      "gauge",
      "Those by what they have done about the file that they were told.",
      samples,
    ),
  ];
}

function ruleMetrics(rules: readonly RuleUse[] | undefined): string[] {
  const samples = rules?.map(({ rule, match, count }): Sample => [{ rule: String(rule), match }, count]);
  return samples === undefined
    ? []
    : [metric("rule_uses_total", "counter", "Requests that a rule for names was used for, by rule.", samples)];
}
