/** Last transfers that failed and requests that the server refused: which file, which client, and why. */
import type { ReportedRefusal, StatusReport } from "../status-report.js";
import { byId, child, childName, setParts, showFirstRows } from "./dom.js";
import { timeText } from "./figures.js";
import { history, type KnownResult } from "./history.js";
import { updateResult } from "./transfers.js";

type Problem = KnownResult | ReportedRefusal;

export function showProblems({ refusals }: StatusReport): void {
  const failures = history.results.filter(({ isSuccess }) => !isSuccess);
  const problems = [...failures, ...refusals].sort((one, other) => ageOf(one) - ageOf(other));
  byId("refusals-card").hidden = problems.length === 0;
  showFirstRows(byId("refusals"), problems, keyOf, problemRow, updateProblem);
}

function ageOf(problem: Problem): number {
  return "run" in problem ? Date.now() - problem.endedAt : problem.refusedMsAgo;
}

function keyOf(problem: Problem): string {
  return "run" in problem ? `${problem.run}/${problem.number}` : String(problem.number);
}

function problemRow(problem: Problem): HTMLElement {
  const row = document.createElement("li");
  childName(row, problem.name);
  if ("run" in problem) {
    child(row, "span", "figure bad", problem.outcome.replaceAll("_", " "));
  } else {
    child(row, "span", "figure bad", problem.direction);
    child(row, "bdi", "about", problem.reason);
  }
  child(row, "span", "about");
  return row;
}

function updateProblem(row: HTMLElement, problem: Problem): void {
  if ("run" in problem) {
    updateResult(row, problem);
  } else {
    const about = row.lastElementChild as HTMLElement;
    setParts(about, `from ${problem.address}`, `${timeText(problem.refusedMsAgo)} ago`);
  }
}
