/** Files that clients asked for and that are not there, with the file that they probably meant. */
import type { ReportedMissing, StatusReport } from "../status-report.js";
import { byId, child, childName, setParts, showRows } from "./dom.js";
import { countText, timeText } from "./figures.js";
import { areLookedFor, lookForFiles, nearFile } from "./near.js";

let missing: readonly ReportedMissing[] = [];

export function showMissing(report: StatusReport): void {
  missing = report.missing;
  void lookForFiles(
    missing.map(({ name }) => name),
    report.fileChanges,
    showList,
  );
  showList();
}

function showList(): void {
  const list = byId("missing");
  byId("missing-card").hidden = missing.length === 0;
  list.ariaBusy = String(!areLookedFor(missing.map(({ name }) => name)));
  showRows(list, missing, keyOf, missingRow, updateMissing);
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
