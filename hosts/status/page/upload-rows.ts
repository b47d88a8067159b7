/** Rows of the uploads beside the button. A failure stays until it is dismissed or its file arrives. */
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import { byId, child, childName, KEY } from "./dom.js";
import { countText } from "./figures.js";

/** Time for which a success stays on the list. */
const SUCCESS_SHOWN_MS = 15_000;
/** Newest successes on the list: a whole folder must not push the failures out of sight. */
const MAX_SHOWN_SUCCESSES = 3;
/** Rows before the button shows all, which the style sheet hides. */
const MAX_FIRST_ROWS = 20;

/** Classes of the rows by their state. */
const FAILED = "failed";
const UPLOADED = "uploaded";

/** Handles the buttons of the list. */
export function acceptDismissals(): void {
  byId("dismiss").onclick = () => {
    for (const row of rowsThat(FAILED)) {
      row.remove();
    }
    dismissed();
  };
  byId("all-uploads").onclick = () => {
    byId("uploads").classList.add("whole");
    countRows();
    byId("uploads").querySelector("button")?.focus();
  };
}

function rowsThat(state: string): NodeListOf<Element> {
  return byId("uploads").querySelectorAll(`.${state}`);
}

/** A row at the top of the list, in place of that of the last try with the same name. */
export function uploadRow(name: string): HTMLElement {
  const list = byId("uploads");
  for (const row of list.querySelectorAll("li")) {
    if (row.getAttribute(KEY) === name) {
      row.remove();
    }
  }
  const row = document.createElement("li");
  row.setAttribute(KEY, name);
  childName(row, name);
  list.prepend(row);
  countRows();
  return row;
}

/** Shows how much has arrived. */
export function showProgress(row: HTMLElement, sizeBytes: number): (bytes: number) => void {
  const figure = child(row, "span", "figure", "0 %");
  const bar = child(row, "progress") as HTMLProgressElement;
  bar.setAttribute("aria-label", `Upload of ${withoutUnprintable(nameOf(row))}`);
  bar.max = Math.max(1, sizeBytes);
  bar.value = 0;
  return (bytes) => {
    bar.value = bytes;
    figure.textContent = `${Math.floor((100 * bytes) / bar.max)} %`;
  };
}

/** Files can be dropped while the list is out of sight. */
export function reveal(row: Element | null): void {
  row?.scrollIntoView({ block: "nearest" });
}

export function showSuccess(row: HTMLElement, sizeBytes: number): void {
  row.replaceChildren();
  row.className = UPLOADED;
  childName(row, nameOf(row));
  child(row, "span", "figure good", `uploaded, ${sizeText(sizeBytes)}`);
  for (const old of [...rowsThat(UPLOADED)].slice(MAX_SHOWN_SUCCESSES)) {
    old.remove();
  }
  countRows();
  setTimeout(() => {
    row.remove();
    countRows();
  }, SUCCESS_SHOWN_MS);
}

export function showFailure(row: HTMLElement, reason: string): void {
  const name = nameOf(row);
  row.replaceChildren();
  row.className = FAILED;
  childName(row, name);
  const button = child(row, "button", "", "Dismiss") as HTMLButtonElement;
  button.type = "button";
  button.setAttribute("aria-label", `Dismiss the failure of ${withoutUnprintable(name)}`);
  button.onclick = () => {
    row.remove();
    dismissed();
  };
  const about = child(row, "span", "reason bad");
  about.setAttribute("role", "alert");
  about.textContent = `Not uploaded. ${reason}`;
  countRows();
}

function nameOf(row: HTMLElement): string {
  return row.getAttribute(KEY) as string;
}

function countRows(): void {
  const list = byId("uploads");
  const failures = rowsThat(FAILED).length;
  byId("dismiss").hidden = failures < 2;
  byId("dismiss").textContent = `Dismiss ${countText(failures, "failure", "failures")}`;
  const rows = list.children.length;
  if (rows <= MAX_FIRST_ROWS) {
    list.classList.remove("whole");
  }
  byId("all-uploads").hidden = rows <= MAX_FIRST_ROWS || list.classList.contains("whole");
  byId("all-uploads").textContent = `Show all ${rows}`;
}

/** Focuses what remains, so that a keyboard user stays at the list. */
function dismissed(): void {
  countRows();
  (byId("uploads").querySelector("button") ?? byId("choose")).focus();
}
