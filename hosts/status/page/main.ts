/** The status page: asks the server how it does, as long as somebody looks. */
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { fetchStatus } from "./api.js";
import { byId, child, say } from "./dom.js";
import { timeText } from "./figures.js";
import { receiveFiles, showFiles } from "./files.js";
import { plot } from "./plot.js";
import { showTransfers } from "./transfers.js";

/** After a failure: soon enough to be there when a board has restarted. */
const TRY_AGAIN_MS = 3000;

let timer = 0;

async function look(): Promise<void> {
  clearTimeout(timer);
  let askAgainMs = TRY_AGAIN_MS;
  try {
    const report = await fetchStatus();
    askAgainMs = report.askAgainMs;
    show(report);
  } catch {
    setState("down", "No answer");
  }
  if (!document.hidden) {
    timer = setTimeout(look, askAgainMs);
  }
}

function show(report: StatusReport): void {
  setState("up", `Up for ${timeText(report.uptimeMs)}`);
  document.title = `${report.name}: TFTP server`;
  say("name", report.name);
  say("where", `TFTP at ${report.addresses.join(", ")}`);
  say("version", `lockstep-tftp ${report.version}`);
  showCounts(report);
  plot(report);
  showTransfers(report);
  void showFiles(report);
}

function setState(className: string, text: string): void {
  const state = byId("state");
  state.className = `state ${className}`;
  say("state-text", text);
}

function showCounts({ counts, running, maxTransfers }: StatusReport): void {
  const figures: readonly (readonly [title: string, value: string])[] = [
    ["Running", `${running} of ${maxTransfers}`],
    ["Completed", String(counts.completed)],
    ["Ended otherwise", String(counts.endedOtherwise)],
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
    void look();
  }
});
receiveFiles();
void look();
