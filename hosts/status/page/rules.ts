/** How often each rule for names was used. */
import type { RuleUse } from "../../common/rule-use.js";
import type { StatusReport } from "../status-report.js";
import { byId, child, childName, showRows } from "./dom.js";
import { countText } from "./figures.js";

export function showRules({ rules = [] }: StatusReport): void {
  byId("rules-card").hidden = rules.length === 0;
  showRows(byId("rules"), rules, ({ rule, match }) => `${rule}/${match}`, ruleRow, updateRule);
}

function ruleRow({ rule, match }: RuleUse): HTMLElement {
  const row = document.createElement("li");
  childName(row, `${rule}: ${match}`);
  child(row, "span", "figure");
  return row;
}

function updateRule(row: HTMLElement, { count }: RuleUse): void {
  (row.lastElementChild as HTMLElement).textContent = countText(count, "request", "requests");
}
