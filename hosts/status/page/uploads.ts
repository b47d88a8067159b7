/** Uploads of files and folders, by the buttons or by dropping them anywhere on the page. */
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { encodeName, fetchFiles, sendFile } from "./api.js";
import { confirm } from "./confirm.js";
import { announce, byId, setText } from "./dom.js";
import { chosenFiles, droppedFiles, MAX_PICKED, type Picked } from "./picked.js";
import { acceptDismissals, reveal, showFailure, showProgress, showSuccess, uploadRow } from "./upload-rows.js";
import { shownFolder } from "./view.js";

/** More files may have been dropped by mistake. */
const MAX_UNASKED = 50;

/** Files that were picked together. */
interface Batch {
  readonly picked: readonly Picked[];
  /** Folder on the server, with a slash at its end. */
  readonly folder: string;
  replacesAll: boolean;
  hasFailed: boolean;
}

let permissions = { mayWrite: false, mayOverwrite: false, maxSizeBytes: -1 };
let lastBatch: Promise<void> = Promise.resolve();
let isStopped = false;
let progress = "";

/** Takes over the permissions of a report. */
export function permit(report: StatusReport): void {
  permissions = report;
  byId("drop").hidden = !report.mayWrite;
  showHint();
}

function showHint(): void {
  setText("drop-hint", progress || "or drop files and folders anywhere here");
}

/** Handles the buttons, and files dropped anywhere on the page. */
export function acceptFiles(): void {
  for (const [button, input] of [
    ["choose", "chosen"],
    ["choose-folder", "chosen-folder"],
  ] as const) {
    const chosen = byId<HTMLInputElement>(input);
    byId(button).onclick = () => chosen.click();
    chosen.onchange = () => {
      const picked = chosenFiles(chosen.files ?? []);
      chosen.value = "";
      putAll(picked);
    };
  }
  // Phones have no such dialog.
  byId("choose-folder").hidden = !("webkitdirectory" in HTMLInputElement.prototype);
  byId("stop").onclick = () => {
    isStopped = true;
  };
  acceptDismissals();
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
    if (permissions.mayWrite && event.dataTransfer !== null) {
      droppedFiles(event.dataTransfer).then(putAll, refuseUnreadable);
    }
  });
}

function refuseUnreadable(error: DOMException): void {
  fail("Dropped files", `They cannot be read: ${error.message} Check them, then drop them again.`, batchOf([]));
}

function batchOf(picked: readonly Picked[]): Batch {
  return { picked, folder: shownFolder(), replacesAll: false, hasFailed: false };
}

/** Uploads one file at a time, and one batch after the other: a board accepts no more. */
function putAll(picked: readonly Picked[]): void {
  const batch = batchOf(picked);
  lastBatch = lastBatch.then(() => putBatch(batch));
}

async function putBatch(batch: Batch): Promise<void> {
  const { picked } = batch;
  if (picked.length > MAX_PICKED) {
    fail("Dropped files", `They are more than ${MAX_PICKED}. Send them in parts.`, batch);
    return;
  }
  if (picked.length > MAX_UNASKED && (await confirm(`Upload ${picked.length} files?`, "Upload")) === "") {
    return;
  }
  isStopped = false;
  byId("stop").hidden = picked.length < 2;
  for (const [index, each] of picked.entries()) {
    if (isStopped) {
      break;
    }
    progress = picked.length > 1 ? `Uploading ${index + 1} of ${picked.length}` : "";
    showHint();
    await put(each, batch);
  }
  progress = "";
  showHint();
  byId("stop").hidden = true;
}

async function put({ name, file }: Picked, batch: Batch): Promise<void> {
  const { maxSizeBytes, mayOverwrite } = permissions;
  const whole = batch.folder + name;
  if (maxSizeBytes >= 0 && file.size > maxSizeBytes) {
    const limit = sizeText(maxSizeBytes);
    fail(whole, `It has ${sizeText(file.size)}; at most ${limit} are allowed. Send a smaller file.`, batch);
  } else if (!(await isStored(whole))) {
    await send(whole, file, batch);
  } else if (!mayOverwrite) {
    fail(whole, "It already exists and cannot be replaced. Rename it, then send it again.", batch);
  } else if (await mayReplace(whole, batch)) {
    await send(whole, file, batch);
  }
}

async function isStored(name: string): Promise<boolean> {
  try {
    return (await fetchFiles(`name=${encodeName(name)}`)).files.length > 0;
  } catch {
    // The upload will say why.
    return false;
  }
}

async function mayReplace(name: string, batch: Batch): Promise<boolean> {
  if (!batch.replacesAll) {
    const all = batch.picked.length > 1 ? "Replace all" : "";
    const answer = await confirm(`Replace "${withoutUnprintable(name)}"?`, "Replace", all);
    batch.replacesAll = answer === "all";
    return answer !== "";
  }
  return true;
}

async function send(name: string, file: File, batch: Batch): Promise<void> {
  const row = uploadRow(name);
  // Of many files, only the first one moves the page: its reader may be elsewhere by then.
  const isFirst = file === batch.picked[0]?.file;
  if (isFirst) {
    reveal(row);
  }
  announce(`Uploading ${withoutUnprintable(name)}.`);
  try {
    await sendFile(name, file, showProgress(row, file.size));
    showSuccess(row, file.size);
    announce(`${withoutUnprintable(name)} was uploaded.`);
    if (isFirst) {
      reveal(row);
    }
  } catch (error) {
    fail(name, (error as Error).message, batch);
  }
}

function fail(name: string, reason: string, batch: Batch): void {
  const row = uploadRow(name);
  showFailure(row, reason);
  if (!batch.hasFailed) {
    reveal(row);
  }
  batch.hasFailed = true;
}
