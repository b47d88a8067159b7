/** The files: listed, removed, and put by a button or by dropping them on the page. */
import type { ListedFile } from "../../common/catalogue.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { fetchFiles, removeFile, sendFile } from "./api.js";
import { agreed } from "./confirm.js";
import { announce, byId, child, childName, printable, say, showRows } from "./dom.js";
import { countText } from "./figures.js";

/** Files may also change without the server's doing, so the list is read again now and then. */
const LOOK_AGAIN_MS = 15_000;

let rights = { mayWrite: false, mayOverwrite: false, maxSizeBytes: -1 };
let files: readonly ListedFile[] = [];
let shownChanges = -1;
let shownAt = Number.NEGATIVE_INFINITY;
let isLooking = false;

/** Follows what the server says: who may write, and whether the list is still right. */
export async function showFiles(report: StatusReport): Promise<void> {
  rights = report;
  byId("drop").hidden = !report.mayWrite;
  const isOld = report.fileChanges !== shownChanges || performance.now() - shownAt > LOOK_AGAIN_MS;
  if (!isOld || isLooking) {
    return;
  }
  isLooking = true;
  try {
    const listing = await fetchFiles();
    shownChanges = report.fileChanges;
    shownAt = performance.now();
    files = listing.files;
    byId("more-files").hidden = listing.isComplete;
    showList();
  } catch (error) {
    say("no-files", (error as Error).message);
    byId("no-files").hidden = false;
  } finally {
    isLooking = false;
  }
}

function showList(): void {
  say("file-count", String(files.length));
  say("no-files", "There are no files.");
  byId("no-files").hidden = files.length > 0;
  showRows(byId("files"), files, ({ name, isRemovable }) => `${isRemovable} ${name}`, fileRow, updateFile);
}

function fileRow({ name, isRemovable }: ListedFile): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  if (isRemovable) {
    const button = child(row, "button", "", "Remove") as HTMLButtonElement;
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${printable(name)}`);
    button.onclick = () => void remove(name, row);
  }
  child(row, "span", "about");
  return row;
}

function updateFile(row: HTMLElement, { sizeBytes }: ListedFile): void {
  const about = row.lastElementChild as HTMLElement;
  about.textContent = sizeBytes < 1024 ? countText(sizeBytes, "byte", "bytes") : sizeText(sizeBytes);
}

async function remove(name: string, row: HTMLElement): Promise<void> {
  if (!(await agreed(`Remove "${printable(name)}" for good?`, "Remove"))) {
    return;
  }
  try {
    await removeFile(name);
    // The next row's button takes the focus, so that whoever works by keyboard stays in the list.
    const next = row.nextElementSibling ?? row.previousElementSibling;
    files = files.filter((file) => file.name !== name);
    showList();
    (next?.querySelector("button") ?? byId("choose")).focus();
    announce(`${printable(name)} was removed.`);
    hideAlert();
  } catch (error) {
    alarm((error as Error).message);
  }
}

/** Listens to the button, and to what is dropped anywhere on the page. */
export function receiveFiles(): void {
  const chosen = byId<HTMLInputElement>("chosen");
  byId("choose").onclick = () => chosen.click();
  chosen.onchange = () => {
    const picked = [...(chosen.files ?? [])];
    chosen.value = "";
    void putAll(picked);
  };
  const mark = (isDragging: boolean): void => void document.body.classList.toggle("dragging", isDragging);
  addEventListener("dragover", (event) => {
    // Without this the browser would leave the page and show the file.
    event.preventDefault();
    if (event.dataTransfer !== null) {
      event.dataTransfer.dropEffect = rights.mayWrite ? "copy" : "none";
    }
    mark(rights.mayWrite);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      mark(false);
    }
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (rights.mayWrite) {
      void putAll([...(event.dataTransfer?.files ?? [])]);
    }
  });
}

/** One after the other: a board has room for one. */
async function putAll(picked: readonly File[]): Promise<void> {
  for (const file of picked) {
    await put(file);
  }
}

async function put(file: File): Promise<void> {
  const name = printable(file.name);
  if (rights.maxSizeBytes >= 0 && file.size > rights.maxSizeBytes) {
    alarm(`${name} has ${sizeText(file.size)}; ${sizeText(rights.maxSizeBytes)} are allowed. Send a smaller file.`);
    return;
  }
  if (files.some((present) => present.name === file.name)) {
    if (!rights.mayOverwrite) {
      alarm(`${name} exists already, and files may not be replaced. Give it another name, then send it again.`);
      return;
    }
    if (!(await agreed(`Replace "${name}"?`, "Replace"))) {
      return;
    }
  }
  await send(file, name);
}

async function send(file: File, name: string): Promise<void> {
  const row = child(byId("uploads"), "li");
  childName(row, file.name);
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
    announce(`${name} was uploaded.`);
    hideAlert();
  } catch (error) {
    alarm(`${name} was not uploaded. ${(error as Error).message}`);
  } finally {
    row.remove();
  }
}

function alarm(text: string): void {
  say("alert", text);
  byId("alert").hidden = false;
}

function hideAlert(): void {
  byId("alert").hidden = true;
}
