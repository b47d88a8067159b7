/** What the list of files shows: a folder, or what is searched for in it, in an order, page by page. */
import { withoutUnprintable } from "../../common/printable.js";
import { encodeName, type FileListing } from "./api.js";
import { announce, byId, child, setText } from "./dom.js";
import { countText } from "./figures.js";

/** Rows of a page. A board sends fewer. */
const MAX_ROWS = 100;
/** A shorter list needs no search and no order. */
const MIN_ROWS_FOR_TOOLS = 10;

/** Ends with a slash; empty for the topmost one. A reload keeps it, and the browser's button leads back to the one before. */
let folder: string = history.state?.folder ?? "";
/** Where the pages before this one end; empty for the first page. */
let ends: readonly string[] = [];
let next: string | undefined;
let load: () => Promise<void>;

export function shownFolder(): string {
  return folder;
}

/** The parameters of a request for what is shown. */
export function shownParameters(): string {
  const search = searched();
  const [order, direction] = byId<HTMLSelectElement>("order").value.split(" ");
  const pieces = [`folder=${encodeName(folder)}`, `limit=${MAX_ROWS}`, `order=${order}`];
  if (direction !== undefined) {
    pieces.push("descending=true");
  }
  if (search !== "") {
    pieces.push(`search=${encodeName(search)}`);
  }
  for (const end of ends.slice(-1)) {
    pieces.push(`after=${encodeName(end)}`);
  }
  return pieces.join("&");
}

function searched(): string {
  return byId<HTMLInputElement>("search").value.trim();
}

/** @param loadShown loads what is shown. */
export function acceptChoices(loadShown: () => Promise<void>): void {
  load = loadShown;
  const turnTo = (pages: readonly string[]): void => {
    ends = pages;
    void load();
  };
  byId("search").oninput = () => turnTo([]);
  byId("order").onchange = () => turnTo([]);
  byId("previous").onclick = () => turnTo(ends.slice(0, -1));
  byId("next").onclick = () => turnTo([...ends, next as string]);
  addEventListener("popstate", ({ state }) => {
    folder = state?.folder ?? "";
    turnTo([]);
  });
}

/** Shows another folder, and focuses its first file. */
export async function openFolder(name: string): Promise<void> {
  folder = name;
  ends = [];
  byId<HTMLInputElement>("search").value = "";
  history.pushState({ folder }, "");
  await load();
  (byId("files").querySelector<HTMLElement>("a, button") ?? byId("path").querySelector("button"))?.focus();
}

/** Shows what surrounds the rows: the path, the controls and the numbers. */
export function showView({ files, total, before, next: end, isComplete }: FileListing): void {
  next = end;
  const search = searched();
  setText("file-count", total.toLocaleString("en"));
  setText("no-files", search === "" ? "There are no files." : `No name has “${search}” in it.`);
  byId("no-files").hidden = total > 0;
  byId("more-files").hidden = isComplete;
  const isLong = total > MIN_ROWS_FOR_TOOLS || files.some(({ name }) => name.endsWith("/"));
  // What has been shown stays: its user may be in it.
  byId("tools").hidden &&= !isLong;
  byId("pages").hidden = total <= files.length;
  setText(
    "page",
    `${(before + 1).toLocaleString("en")} to ${(before + files.length).toLocaleString("en")} of ${total.toLocaleString("en")}`,
  );
  byId<HTMLButtonElement>("previous").disabled = ends.length === 0;
  byId<HTMLButtonElement>("next").disabled = next === undefined;
  if (search !== "") {
    announce(`${countText(total, "file", "files")} found.`);
  }
  showPath();
}

/** Each folder on the way to this one is a button. */
function showPath(): void {
  const path = byId("path");
  path.hidden = folder === "";
  if (path.getAttribute("data-folder") === folder) {
    return;
  }
  path.setAttribute("data-folder", folder);
  setText("drop-place", folder === "" ? "" : `Uploads go to ${withoutUnprintable(folder)}`);
  path.replaceChildren();
  const folders = folder.split("/");
  folders.forEach((_name, index) => {
    const whole = folders
      .slice(0, index)
      .map((name) => `${name}/`)
      .join("");
    const name = index === 0 ? "All files" : `${withoutUnprintable(folders[index - 1] as string)}/`;
    if (whole === folder) {
      child(path, "bdi", "name", name).setAttribute("aria-current", "page");
    } else {
      const button = child(path, "button", "folder") as HTMLButtonElement;
      child(button, "bdi", "", name);
      button.type = "button";
      button.onclick = () => void openFolder(whole);
    }
  });
}
