/** Running transfers with their progress, and last results. */
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { ReportedTransfer, StatusReport } from "../status-report.js";
import { byId, child, childName, setParts, setText, showFirstRows, showRows } from "./dom.js";
import { countText, rateText, timeText } from "./figures.js";
import { history, type KnownResult } from "./history.js";

/** Whether the reader wants every running transfer. */
export function showsAllTransfers(): boolean {
  return byId("all-transfers").ariaPressed === "true";
}

export function showTransfers({ transfers, running }: StatusReport): void {
  const isPart = transfers.length < running;
  setText("running", isPart ? `${transfers.length} of ${running}` : String(running));
  const button = byId("all-transfers");
  button.hidden = !isPart && !showsAllTransfers();
  button.onclick = () => {
    button.ariaPressed = String(!showsAllTransfers());
  };
  byId("no-transfers").hidden = running > 0;
  const results = history.results.filter(({ isSuccess }) => isSuccess);
  byId("no-results").hidden = results.length > 0;
  showRows(byId("transfers"), transfers, ({ key }) => key, transferRow, updateTransfer);
  showFirstRows(byId("results"), results, ({ run, number }) => `${run}/${number}`, resultRow, updateResult);
}

function transferRow({ name }: ReportedTransfer): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  child(row, "span", "figure");
  const bar = child(row, "progress");
  bar.setAttribute("aria-label", `Progress of ${withoutUnprintable(name)}`);
  child(row, "span", "about");
  return row;
}

function updateTransfer(row: HTMLElement, transfer: ReportedTransfer): void {
  const { bytes, sizeBytes, durationMs, retransmissions, roundTripMs, windowSize } = transfer;
  const [figure, bar, about] = [...row.children].slice(1) as [HTMLElement, HTMLProgressElement, HTMLElement];
  const rate = durationMs > 0 ? (bytes * 1000) / durationMs : 0;
  if (sizeBytes > 0) {
    bar.max = sizeBytes;
    bar.value = bytes;
    figure.textContent = `${Math.floor((100 * bytes) / sizeBytes)} %`;
  } else {
    bar.removeAttribute("value");
    figure.textContent = sizeText(bytes);
  }
  const left = sizeBytes > bytes && rate > 0 ? `${timeText(((sizeBytes - bytes) * 1000) / rate)} left` : "";
  setParts(
    about,
    peerOf(transfer),
    sizeBytes > 0 ? `${sizeText(bytes)} of ${sizeText(sizeBytes)}` : "",
    rateText(rate),
    left,
    windowSize > 1 ? `window ${windowSize}` : "",
    roundTripMs >= 0 ? `round trip ${roundTripMs.toFixed(1)} ms` : "",
    retransmissionText(retransmissions),
  );
}

function resultRow({ name, outcome }: KnownResult): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  child(row, "span", "figure good", outcome.replaceAll("_", " "));
  child(row, "span", "about");
  return row;
}

export function updateResult(row: HTMLElement, result: KnownResult): void {
  const { bytes, durationMs, retransmissions, endedAt } = result;
  setParts(
    row.lastElementChild as HTMLElement,
    peerOf(result),
    `${sizeText(bytes)} in ${timeText(durationMs)}`,
    retransmissionText(retransmissions),
    `${timeText(Date.now() - endedAt)} ago`,
  );
}

function retransmissionText(count: number): string {
  return count > 0 ? countText(count, "retransmission", "retransmissions") : "";
}

function peerOf({ direction, address }: { direction: string; address: string }): string {
  return direction === "put" ? `from ${address}` : `to ${address}`;
}
