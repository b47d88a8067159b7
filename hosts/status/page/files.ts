/** The list of files, removals, and uploads by the button or by dropping files on the page. */
import type { ListedFile } from "../../common/catalogue.js";
import { nearName } from "../../common/near-name.js";
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { fetchFiles, removeFile, sendFile } from "./api.js";
import { confirm } from "./confirm.js";
import { announce, byId, child, childName, setText, showRows } from "./dom.js";
import { countText } from "./figures.js";

/** Files can also change outside the server, so the list is reloaded after this time. */
const RELOAD_MS = 15_000;

let permissions = { mayWrite: false, mayOverwrite: false, maxSizeBytes: -1 };
let files: readonly ListedFile[] = [];
let shownChanges = -1;
let shownAt = Number.NEGATIVE_INFINITY;
let isLoading = false;

/** Takes over the permissions of a report, and reloads the list if it is outdated. */
export async function showFiles(report: StatusReport): Promise<void> {
  permissions = report;
  byId("drop").hidden = !report.mayWrite;
  const isOld = report.fileChanges !== shownChanges || performance.now() - shownAt > RELOAD_MS;
  if (!isOld || isLoading) {
    return;
  }
  isLoading = true;
  try {
    const listing = await fetchFiles();
    shownChanges = report.fileChanges;
    shownAt = performance.now();
    files = listing.files;
    byId("more-files").hidden = listing.isComplete;
    showList();
  } catch (error) {
    setText("no-files", (error as Error).message);
    byId("no-files").hidden = false;
  } finally {
    isLoading = false;
  }
}

/** The listed file that was probably meant by a name that is not there. */
export function nearFile(name: string): string | undefined {
  return nearName(
    name,
    files.map((file) => file.name),
  );
}

function showList(): void {
  setText("file-count", String(files.length));
  setText("no-files", "There are no files.");
  byId("no-files").hidden = files.length > 0;
  showRows(byId("files"), files, ({ name, isRemovable }) => `${isRemovable} ${name}`, fileRow, updateFile);
}

function fileRow({ name, isRemovable }: ListedFile): HTMLElement {
  const row = document.createElement("li");
  childName(row, name);
  if (isRemovable) {
    const button = child(row, "button", "", "Remove") as HTMLButtonElement;
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${withoutUnprintable(name)}`);
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
  if (!(await confirm(`Remove "${withoutUnprintable(name)}" for good?`, "Remove"))) {
    return;
  }
  try {
    await removeFile(name);
    // Focus the next row, so that a keyboard user stays in the list.
    const next = row.nextElementSibling ?? row.previousElementSibling;
    files = files.filter((file) => file.name !== name);
    showList();
    (next?.querySelector("button") ?? byId("choose")).focus();
    announce(`${withoutUnprintable(name)} was removed.`);
    hideAlert();
  } catch (error) {
    showAlert((error as Error).message);
  }
}

/** Handles the button, and files dropped anywhere on the page. */
export function acceptFiles(): void {
  const chosen = byId<HTMLInputElement>("chosen");
  byId("choose").onclick = () => chosen.click();
  chosen.onchange = () => {
    const picked = [...(chosen.files ?? [])];
    chosen.value = "";
    void putAll(picked);
  };
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
      void putAll([...(event.dataTransfer?.files ?? [])]);
    }
  });
}

/** Uploads one file at a time: a board accepts no more. */
async function putAll(picked: readonly File[]): Promise<void> {
  for (const file of picked) {
    await put(file);
  }
}

async function put(file: File): Promise<void> {
  const name = withoutUnprintable(file.name);
  if (permissions.maxSizeBytes >= 0 && file.size > permissions.maxSizeBytes) {
    showAlert(
      `${name} has ${sizeText(file.size)}; at most ${sizeText(permissions.maxSizeBytes)} are allowed. Send a smaller file.`,
    );
    return;
  }
  if (files.some((present) => present.name === file.name)) {
    if (!permissions.mayOverwrite) {
      showAlert(`${name} already exists and cannot be replaced. Rename it, then send it again.`);
      return;
    }
    if (!(await confirm(`Replace "${name}"?`, "Replace"))) {
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
    showAlert(`${name} was not uploaded. ${(error as Error).message}`);
  } finally {
    row.remove();
  }
}

function showAlert(text: string): void {
  setText("alert", text);
  byId("alert").hidden = false;
}

function hideAlert(): void {
  byId("alert").hidden = true;
}
