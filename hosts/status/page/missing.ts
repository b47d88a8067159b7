/** Files that clients asked for and that are not there, with the file that they probably meant. */
import type { ReportedMissing, StatusReport } from "../status-report.js";
import { byId, child, childName, setParts, showRows } from "./dom.js";
import { countText, timeText } from "./figures.js";
import { nearFile } from "./files.js";

export function showMissing({ missing }: StatusReport): void {
  byId("missing-card").hidden = missing.length === 0;
  showRows(byId("missing"), missing, keyOf, missingRow, updateMissing);
}

/** A row is made again when another file is near. */
function keyOf({ name }: ReportedMissing): string {
  return `${name}/${nearFile(name) ?? ""}`;
}

function missingRow({ name }: ReportedMissing): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  child(row, "span", "figure");
  child(row, "span", "about");
  const near = nearFile(name);
  if (near !== undefined) {
    const hint = child(row, "span", "about", "Did you mean ");
    childName(hint, near);
    hint.append("?");
  }
  return row;
}

function updateMissing(row: HTMLElement, { address, count, askedMsAgo }: ReportedMissing): void {
  const [, figure, about] = [...row.children] as HTMLElement[];
  (figure as HTMLElement).textContent = countText(count, "request", "requests");
  setParts(about as HTMLElement, `${count > 1 ? "last " : ""}from ${address}`, `${timeText(askedMsAgo)} ago`);
}
