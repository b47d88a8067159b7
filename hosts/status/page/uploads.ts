/** Uploads, by the button or by dropping files anywhere on the page. Each has a row beside the button. */
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { sendFile } from "./api.js";
import { confirm } from "./confirm.js";
import { announce, byId, child, childName, KEY } from "./dom.js";
import { countText } from "./figures.js";
import { isListed } from "./files.js";

/** Time for which a success stays on the list. */
const SUCCESS_SHOWN_MS = 15_000;
/** Newest successes on the list: a whole folder must not push the failures out of sight. */
const MAX_SHOWN_SUCCESSES = 3;

/** Classes of the rows by their state. */
const FAILED = "failed";
const UPLOADED = "uploaded";

let permissions = { mayWrite: false, mayOverwrite: false, maxSizeBytes: -1 };
let lastBatch: Promise<void> = Promise.resolve();

/** Takes over the permissions of a report. */
export function permit(report: StatusReport): void {
  permissions = report;
  byId("drop").hidden = !report.mayWrite;
}

/** Handles the button, and files dropped anywhere on the page. */
export function acceptFiles(): void {
  const chosen = byId<HTMLInputElement>("chosen");
  byId("choose").onclick = () => chosen.click();
  chosen.onchange = () => {
    const picked = [...(chosen.files ?? [])];
    chosen.value = "";
    putAll(picked);
  };
  byId("dismiss").onclick = () => {
    for (const row of rowsThat(FAILED)) {
      row.remove();
    }
    dismissed();
  };
  acceptDrops();
}

function acceptDrops(): void {
  const mark = (isDragging: boolean): void => void document.body.classList.toggle("dragging", isDragging);
  addEventListener("dragover", (event) => {
    // Otherwise the browser would leave the page to show the file.
    event.preventDefault();
    if (event.dataTransfer !== null) {
      event.dataTransfer.dropEffect = permissions.mayWrite ? "copy" : "none";
    }
    mark(permissions.mayWrite);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      mark(false);
    }
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (permissions.mayWrite) {
      putAll([...(event.dataTransfer?.files ?? [])]);
    }
  });
}

/** Uploads one file at a time, and one batch after the other: a board accepts no more. */
function putAll(picked: readonly File[]): void {
  lastBatch = lastBatch.then(async () => {
    for (const file of picked) {
      await put(file);
    }
  });
}

async function put(file: File): Promise<void> {
  const name = withoutUnprintable(file.name);
  if (permissions.maxSizeBytes >= 0 && file.size > permissions.maxSizeBytes) {
    const limit = sizeText(permissions.maxSizeBytes);
    showFailure(
      uploadRow(file.name),
      `It has ${sizeText(file.size)}; at most ${limit} are allowed. Send a smaller file.`,
    );
    return;
  }
  if (isListed(file.name)) {
    if (!permissions.mayOverwrite) {
      showFailure(uploadRow(file.name), "It already exists and cannot be replaced. Rename it, then send it again.");
      return;
    }
    if (!(await confirm(`Replace "${name}"?`, "Replace"))) {
      return;
    }
  }
  await send(file, name);
}

async function send(file: File, name: string): Promise<void> {
  const row = uploadRow(file.name);
  const figure = child(row, "span", "figure", "0 %");
  const bar = child(row, "progress") as HTMLProgressElement;
  bar.setAttribute("aria-label", `Upload of ${name}`);
  bar.max = Math.max(1, file.size);
  bar.value = 0;
  announce(`Uploading ${name}.`);
  try {
    await sendFile(file, (bytes) => {
      bar.value = bytes;
      figure.textContent = `${Math.floor((100 * bytes) / bar.max)} %`;
    });
    showSuccess(row, file);
    announce(`${name} was uploaded.`);
  } catch (error) {
    showFailure(row, (error as Error).message);
  }
}

function rowsThat(state: string): NodeListOf<Element> {
  return byId("uploads").querySelectorAll(`.${state}`);
}

/** A row at the top of the list, in place of that of the last try with the same name. */
function uploadRow(name: string): HTMLElement {
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
  countFailures();
  reveal(row);
  return row;
}

/** Files can be dropped while the list is out of sight. */
function reveal(row: HTMLElement): void {
  row.scrollIntoView({ block: "nearest" });
}

function showSuccess(row: HTMLElement, { name, size }: File): void {
  row.replaceChildren();
  row.className = UPLOADED;
  childName(row, name);
  child(row, "span", "figure good", `uploaded, ${sizeText(size)}`);
  [...rowsThat(UPLOADED)].slice(MAX_SHOWN_SUCCESSES).forEach((old) => {
    old.remove();
  });
  reveal(row);
  setTimeout(() => row.remove(), SUCCESS_SHOWN_MS);
}

function showFailure(row: HTMLElement, reason: string): void {
  const name = row.getAttribute(KEY) as string;
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
  countFailures();
  reveal(row);
}

function countFailures(): void {
  const count = rowsThat(FAILED).length;
  byId("dismiss").hidden = count < 2;
  byId("dismiss").textContent = `Dismiss ${countText(count, "failure", "failures")}`;
}

/** Focuses what remains, so that a keyboard user stays at the list. */
function dismissed(): void {
  countFailures();
  (byId("uploads").querySelector("button") ?? byId("choose")).focus();
}
