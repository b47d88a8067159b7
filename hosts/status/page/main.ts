/** The status page: polls the server while the page is visible. */
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { showAddresses } from "./addresses.js";
import { fetchStatus } from "./api.js";
import { byId, child, setText } from "./dom.js";
import { timeText } from "./figures.js";
import { showFiles } from "./files.js";
import { showMissing } from "./missing.js";
import { plot } from "./plot.js";
import { showRefusals } from "./refusals.js";
import { showTransfers } from "./transfers.js";
import { acceptFiles, permit } from "./uploads.js";

/** Wait after a failure: short enough to notice a restarted board soon. */
const RETRY_MS = 3000;

let timer = 0;

async function refresh(): Promise<void> {
  clearTimeout(timer);
  let askAgainMs = RETRY_MS;
  try {
    const report = await fetchStatus();
    askAgainMs = report.askAgainMs;
    show(report);
  } catch {
    setState("down", "No answer");
  }
  if (!document.hidden) {
    timer = setTimeout(refresh, askAgainMs);
  }
}

function show(report: StatusReport): void {
  setState("up", `Up for ${timeText(report.uptimeMs)}`);
  document.title = `${report.name}: TFTP server`;
  setText("name", report.name);
  setText("where", `TFTP at ${report.addresses.join(", ")}`);
  setText("version", `lockstep-tftp ${report.version}`);
  showCounts(report);
  plot(report);
  showAddresses(report);
  showTransfers(report);
  showRefusals(report);
  showMissing(report);
  permit(report);
  void showFiles(report);
}

function setState(className: string, text: string): void {
  const state = byId("state");
  state.className = `state ${className}`;
  setText("state-text", text);
}

function showCounts({ counts, running, maxTransfers }: StatusReport): void {
  const figures: readonly (readonly [title: string, value: string])[] = [
    ["Running", `${running} of ${maxTransfers}`],
    ["Completed", String(counts.completed)],
    ["Failed", String(counts.failed)],
    ["Refused", String(counts.refused)],
    ["Unanswered", String(counts.unanswered)],
    ["Sent", sizeText(counts.bytesSent)],
    ["Received", sizeText(counts.bytesReceived)],
    ["Retransmissions", String(counts.retransmissions)],
    ["Duplicates", String(counts.duplicates)],
  ];
  const list = byId("counts");
  figures.forEach(([title, value], index) => {
    const group = list.children[index] ?? child(list, "div");
    const [term, figure] =
      group.children.length > 0 ? group.children : [child(group, "dt", "", title), child(group, "dd")];
    (term as HTMLElement).textContent = title;
    (figure as HTMLElement).textContent = value;
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    void refresh();
  }
});
acceptFiles();
void refresh();
