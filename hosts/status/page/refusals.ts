/** Last requests that the server refused: which file, who asked, and why. */
import type { ReportedRefusal, StatusReport } from "../status-report.js";
import { byId, child, childName, showRows } from "./dom.js";
import { timeText } from "./figures.js";

export function showRefusals({ refusals }: StatusReport): void {
  byId("refusals-card").hidden = refusals.length === 0;
  showRows(byId("refusals"), refusals, ({ number }) => String(number), refusalRow, updateRefusal);
}

function refusalRow({ name, direction, reason }: ReportedRefusal): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  child(row, "span", "figure bad", direction);
  child(row, "span", "about", reason);
  child(row, "span", "about");
  return row;
}

function updateRefusal(row: HTMLElement, { address, refusedMsAgo }: ReportedRefusal): void {
  const about = row.lastElementChild as HTMLElement;
  about.textContent = `from ${address} · ${timeText(refusedMsAgo)} ago`;
}
