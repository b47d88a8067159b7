/** Logs how often each rule was used. */
import type { RuleStorage } from "../rules/rule-storage.js";
import { counted } from "./counted.js";
import type { Log } from "./log.js";

/** One line for each rule, at the end and before other rules take their place. */
export function logRuleUses(rules: RuleStorage | undefined, log: Log): void {
  for (const { rule, match, count } of rules?.uses ?? []) {
    const text = `Rule ${rule} (${match}) was used for ${counted(count, "request")}`;
    log.write("debug", "rule-used", text, { rule, match, requests: count });
  }
}
