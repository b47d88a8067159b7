/** The status page: polls the server while the page is visible. */
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { showAddresses } from "./addresses.js";
import { fetchStatus } from "./api.js";
import { byId, child, moveByArrows, setText } from "./dom.js";
import { timeText } from "./figures.js";
import { acceptViews, showFiles } from "./files.js";
import { remember } from "./history.js";
import { showMissing } from "./missing.js";
import { plot } from "./plot.js";
import { showProblems } from "./problems.js";
import { showRules } from "./rules.js";
import { showsAllTransfers, showTransfers } from "./transfers.js";
import { acceptFiles, permit } from "./uploads.js";

/** Wait after a failure: short enough to notice a restarted board soon. */
const RETRY_MS = 3000;

let timer = 0;
let answeredAt = "";

async function refresh(): Promise<void> {
  clearTimeout(timer);
  let askAgainMs = RETRY_MS;
  try {
    const report = await fetchStatus(showsAllTransfers());
    askAgainMs = report.askAgainMs;
    show(report);
  } catch {
    showGone();
  }
  if (!document.hidden) {
    timer = setTimeout(refresh, askAgainMs);
  }
}

function show(report: StatusReport): void {
  document.body.classList.remove("gone");
  byId("gone").hidden = true;
  answeredAt = new Date().toTimeString().slice(0, 8);
  setState("up", `Up for ${timeText(report.uptimeMs)}`);
  document.title = `${report.name}: TFTP server`;
  setText("name", report.name);
  setText("where", `TFTP at ${report.addresses.join(", ")}`);
  setText("version", `lockstep-tftp ${report.version}`);
  showCounts(report);
  remember(report);
  plot();
  showAddresses(report);
  showTransfers(report);
  showProblems(report);
  showMissing(report);
  showRules(report);
  permit(report);
  showFiles(report);
}

/** What is shown may be long past: the whole page says so. */
function showGone(): void {
  setState("down", "No answer");
  document.title = `No answer: ${byId("name").textContent}`;
  document.body.classList.add("gone");
  const shown = answeredAt === "" ? "" : ` What you see is from ${answeredAt}.`;
  setText("gone", `The server does not answer.${shown} The page goes on asking.`);
  byId("gone").hidden = false;
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
moveByArrows(byId("files"));
acceptViews();
acceptFiles();
void refresh();
