/** Requests of the page to the server. */
import type { ListedFile } from "../../common/catalogue.js";
import { withoutUnprintable } from "../../common/printable.js";
import type { StatusReport } from "../status-report.js";

/** Required for changes; a page of another origin cannot send it. */
const OWN_HEADERS = { "X-Lockstep-TFTP": "1" };
/** Longer than any answer takes. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Slashes stay as they are. */
const PIECES_OF_NAME = /([\udc80-\udcff])|[^/\udc80-\udcff]+/gu;

export interface FileListing {
  /** Folders, by their names with a slash at the end, come first. */
  readonly files: readonly ListedFile[];
  /** Those on all pages. */
  readonly total: number;
  /** Those on the pages before. */
  readonly before: number;
  /** Where the next page begins. */
  readonly next?: string;
  /** Whether the server has looked at all files. */
  readonly isComplete: boolean;
}

/** @param all whether to ask for every running transfer, and not for the first ones. */
export function fetchStatus(all: boolean): Promise<StatusReport> {
  return fetchData(all ? "/api/status?all" : "/api/status");
}

/** @param parameters those of `FileQuery`. */
export function fetchFiles(parameters: string): Promise<FileListing> {
  return fetchData(`/api/files?${parameters}`);
}

async function fetchData<Data>(path: string): Promise<Data> {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (!response.ok) {
    throw new Error(errorOf(await response.text()));
  }
  return response.json();
}

export async function removeFile(name: string): Promise<void> {
  const response = await fetch(pathOf(name), { method: "DELETE", headers: OWN_HEADERS });
  if (!response.ok) {
    throw new Error(errorOf(await response.text()));
  }
}

/** Uploads a file. `fetch` would not report progress. */
export function sendFile(name: string, file: File, onProgress: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", pathOf(name));
    for (const [name, value] of Object.entries(OWN_HEADERS)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(errorOf(request.responseText))));
    request.onerror = () => reject(new Error("The connection was lost. Check the server, then send the file again."));
    request.send(file);
  });
}

function pathOf(name: string): string {
  return `/api/files/${encodeName(name)}`;
}

/** Encodes a name for a URL. */
export function encodeName(name: string): string {
  return name.replace(PIECES_OF_NAME, encodePiece);
}

/** A byte that is not UTF-8 goes as it is, which `encodeURIComponent` cannot do. */
function encodePiece(piece: string, strayByte?: string): string {
  return strayByte === undefined ? encodeURIComponent(piece) : `%${(strayByte.charCodeAt(0) & 0xff).toString(16)}`;
}

/** Message of a refusal, which may contain a name. */
function errorOf(text: string): string {
  try {
    return withoutUnprintable((JSON.parse(text) as { error: string }).error);
  } catch {
    return "The server sent an unknown answer. Reload the page.";
  }
}
