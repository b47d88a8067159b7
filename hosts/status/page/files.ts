/** The list of files, and removals. */
import type { ListedFile } from "../../common/catalogue.js";
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { encodeName, fetchFiles, removeFile } from "./api.js";
import { confirm } from "./confirm.js";
import { announce, byId, child, childName, limitTabStops, setParts, setText, showRows } from "./dom.js";
import { countText, dateText } from "./figures.js";
import { acceptChoices, openFolder, shownFolder, shownParameters, showView } from "./view.js";

/** Files can also change outside the server, so the list is reloaded after this time. */
const RELOAD_MS = 15_000;
/** Part of the time that loading the list may take: while files change all the time, a large folder is not read all the time. */
const PAUSE_RATIO = 10;

/** Time for which a row says that its address was copied. */
const COPIED_SHOWN_MS = 4000;

let files: readonly ListedFile[] = [];
/** Where clients fetch files: `192.168.4.1:69`. */
let tftpAddress = "";
let fileChanges = -1;
let shownChanges = -1;
let shownAt = Number.NEGATIVE_INFINITY;
let pauseMs = 0;
let isLoading = false;
let isOutdated = false;

export function acceptViews(): void {
  acceptChoices(load);
}

/** Reloads the list if it is outdated. */
export function showFiles(report: StatusReport): void {
  tftpAddress = addressFor(report.addresses);
  fileChanges = report.fileChanges;
  const age = performance.now() - shownAt;
  if (!isLoading && age > (fileChanges === shownChanges ? RELOAD_MS : pauseMs)) {
    void load();
  }
}

/** Loads what is to be shown, once more if that has changed meanwhile. */
async function load(): Promise<void> {
  isOutdated = true;
  if (isLoading) {
    return;
  }
  isLoading = true;
  while (isOutdated) {
    isOutdated = false;
    await loadOnce();
  }
  isLoading = false;
}

async function loadOnce(): Promise<void> {
  const startedAt = performance.now();
  const changes = fileChanges;
  const parameters = shownParameters();
  try {
    const listing = await fetchFiles(parameters);
    shownChanges = changes;
    if (!isOutdated) {
      files = listing.files;
      showView(listing);
      showList();
    }
  } catch (error) {
    setText("no-files", (error as Error).message);
    byId("no-files").hidden = false;
  }
  shownAt = performance.now();
  pauseMs = PAUSE_RATIO * (shownAt - startedAt);
}

function showList(): void {
  const { length } = shownFolder();
  showRows(byId("files"), files, ({ name, isRemovable }) => `${isRemovable} ${length} ${name}`, fileRow, updateFile);
  limitTabStops(byId("files"));
}

/** The address by which this browser has found the server, if it serves files there; the first one otherwise. */
function addressFor(addresses: readonly string[]): string {
  const isHere = (address: string): boolean => address.replace(/:\d+$/, "") === location.hostname;
  return addresses.find(isHere) ?? addresses[0] ?? location.hostname;
}

/** A link with the address of the file, which a click copies: browsers do not open it. */
function fileLink(row: HTMLElement, name: string): void {
  const link = child(row, "a") as HTMLAnchorElement;
  childName(link, name.slice(shownFolder().length));
  const address = `tftp://${tftpAddress.replace(/:69$/, "")}/${encodeName(name)}`;
  link.href = address;
  link.title = "Copy the address";
  link.onclick = (event) => {
    event.preventDefault();
    const text = copy(address) ? `Copied ${address}` : address;
    announce(text);
    const note = row.querySelector(".copied") ?? child(row, "span", "about copied");
    note.textContent = text;
    setTimeout(() => note.remove(), COPIED_SHOWN_MS);
  };
}

/**
 * Copies by the old way: pages over HTTP have no `navigator.clipboard`.
 *
 * @returns false if the browser does not.
 */
function copy(text: string): boolean {
  document.addEventListener(
    "copy",
    (event) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    },
    { once: true },
  );
  return document.execCommand("copy");
}

function fileRow({ name, isRemovable }: ListedFile): HTMLElement {
  const row = document.createElement("li");
  if (name.endsWith("/")) {
    folderButton(row, name);
    return row;
  }
  fileLink(row, name);
  if (isRemovable) {
    const button = child(row, "button", "", "Remove") as HTMLButtonElement;
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${withoutUnprintable(name)}`);
    button.onclick = () => void remove(name, row);
  }
  child(row, "span", "about");
  return row;
}

function folderButton(row: HTMLElement, name: string): void {
  const button = child(row, "button", "folder") as HTMLButtonElement;
  childName(button, name.slice(shownFolder().length));
  button.type = "button";
  button.onclick = () => void openFolder(name);
}

function updateFile(row: HTMLElement, { name, sizeBytes, modifiedAt }: ListedFile): void {
  if (!name.endsWith("/")) {
    const size = sizeBytes < 1024 ? countText(sizeBytes, "byte", "bytes") : sizeText(sizeBytes);
    setParts(row.querySelector(".about") as HTMLElement, size, modifiedAt === undefined ? "" : dateText(modifiedAt));
  }
}

async function remove(name: string, row: HTMLElement): Promise<void> {
  if ((await confirm(`Remove "${withoutUnprintable(name)}" for good?`, "Remove")) === "") {
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
  } catch (error) {
    const reason = row.querySelector(".reason") ?? child(row, "span", "about reason bad");
    reason.setAttribute("role", "alert");
    reason.textContent = `Not removed. ${(error as Error).message}`;
  }
}
