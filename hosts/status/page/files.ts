/** The list of files, and removals. */
import type { ListedFile } from "../../common/catalogue.js";
import { nearName } from "../../common/near-name.js";
import { withoutUnprintable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { StatusReport } from "../status-report.js";
import { encodeName, fetchFiles, removeFile } from "./api.js";
import { confirm } from "./confirm.js";
import { announce, byId, child, childName, limitTabStops, setText, showRows } from "./dom.js";
import { countText } from "./figures.js";

/** Files can also change outside the server, so the list is reloaded after this time. */
const RELOAD_MS = 15_000;

/** Time for which a row says that its address was copied. */
const COPIED_SHOWN_MS = 4000;

let files: readonly ListedFile[] = [];
/** Where clients fetch files: `192.168.4.1:69`. */
let tftpAddress = "";
let shownChanges = -1;
let shownAt = Number.NEGATIVE_INFINITY;
let isLoading = false;

/** Reloads the list if it is outdated. */
export async function showFiles(report: StatusReport): Promise<void> {
  tftpAddress = addressFor(report.addresses);
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

export function isListed(name: string): boolean {
  return files.some((file) => file.name === name);
}

function showList(): void {
  setText("file-count", String(files.length));
  setText("no-files", "There are no files.");
  byId("no-files").hidden = files.length > 0;
  showRows(byId("files"), files, ({ name, isRemovable }) => `${isRemovable} ${name}`, fileRow, updateFile);
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
  childName(link, name);
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

function updateFile(row: HTMLElement, { sizeBytes }: ListedFile): void {
  const about = row.querySelector(".about") as HTMLElement;
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
  } catch (error) {
    const reason = row.querySelector(".reason") ?? child(row, "span", "about reason bad");
    reason.setAttribute("role", "alert");
    reason.textContent = `Not removed. ${(error as Error).message}`;
  }
}
