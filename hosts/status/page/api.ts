/** What the page asks of the server. */
import type { ListedFile } from "../../common/catalogue.js";
import type { StatusReport } from "../status-report.js";

/** Without it the server changes nothing; a page of another origin cannot send it. */
const OWN_HEADERS = { "X-Lockstep-TFTP": "1" };
/** An answer that takes longer does not come any more. */
const ANSWER_TIMEOUT_MS = 15_000;

export interface FileListing {
  readonly files: readonly ListedFile[];
  readonly isComplete: boolean;
}

export function fetchStatus(): Promise<StatusReport> {
  return fetchData("/api/status");
}

export function fetchFiles(): Promise<FileListing> {
  return fetchData("/api/files");
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

/** Sends a file. `fetch` would not tell how far it is. */
export function sendFile(file: File, progressed: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", pathOf(file.name));
    for (const [name, value] of Object.entries(OWN_HEADERS)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => progressed(loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(errorOf(request.responseText))));
    request.onerror = () =>
      reject(new Error("The connection broke off. See whether the server is there, then send the file again."));
    request.send(file);
  });
}

function pathOf(name: string): string {
  return `/api/files/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** What the server says is wrong. */
function errorOf(text: string): string {
  try {
    return (JSON.parse(text) as { error: string }).error;
  } catch {
    return "The server gave an answer that this page does not understand. Load the page again.";
  }
}
